/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.failure;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.SafeText;

/**
 * Replaces a failure in the log if its message contains line breaks or other control
 * characters, such as text of a client in an exception of the application. It has the
 * same class names, stack traces and causes, with each message on one line.
 */
final class LoggedFailure extends Exception {

	/** Maximum length of a message, in characters. */
	private static final int MAX_LENGTH = 2000;

	private LoggedFailure(Throwable failure, @Nullable Throwable cause) {
		super(describe(failure), cause, true, true);
		setStackTrace(failure.getStackTrace());
	}

	private static String describe(Throwable failure) {
		String message = failure.getLocalizedMessage();
		String name = failure.getClass().getName();
		return (message != null) ? "%s: %s".formatted(name, SafeText.of(message, MAX_LENGTH)) : name;
	}

	/**
	 * Returns the failure to log.
	 * @param failure the original failure
	 * @return the failure itself if none of its messages needs replacing
	 */
	static Throwable of(Throwable failure) {
		return isSafe(failure, seen()) ? failure : copy(failure, seen());
	}

	private static Set<Throwable> seen() {
		return Collections.newSetFromMap(new IdentityHashMap<>());
	}

	/** Causes may be circular. */
	private static boolean isSafe(@Nullable Throwable failure, Set<Throwable> seen) {
		if (failure == null || !seen.add(failure)) {
			return true;
		}
		String message = failure.getLocalizedMessage();
		boolean safe = message == null || message.equals(SafeText.of(message, message.length()));
		for (Throwable suppressed : failure.getSuppressed()) {
			safe &= isSafe(suppressed, seen);
		}
		return safe && isSafe(failure.getCause(), seen);
	}

	private static LoggedFailure copy(Throwable failure, Set<Throwable> seen) {
		seen.add(failure);
		Throwable cause = failure.getCause();
		LoggedFailure copy = new LoggedFailure(failure,
				(cause != null && !seen.contains(cause)) ? copy(cause, seen) : null);
		for (Throwable suppressed : failure.getSuppressed()) {
			if (!seen.contains(suppressed)) {
				copy.addSuppressed(copy(suppressed, seen));
			}
		}
		return copy;
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
