/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.rivetevents.scheduling.CallerScope;

/**
 * An authentication in the security context of the current thread, until it is closed.
 * The context is created when it is first read, which rarely happens. Two calls never
 * share a context, since code may keep or change it.
 */
final class ThreadIdentity implements CallerScope.Restoration, Supplier<SecurityContext> {

	private final SecurityContextHolderStrategy holder;

	private final @Nullable Authentication authentication;

	/** The previous context, {@code null} if it was empty. */
	private final @Nullable SecurityContext before;

	/** Guarded by this: code may pass the supplier on to another thread. */
	private @Nullable SecurityContext context;

	private ThreadIdentity(SecurityContextHolderStrategy holder, @Nullable Authentication authentication,
			@Nullable SecurityContext before) {
		this.holder = holder;
		this.authentication = authentication;
		this.before = before;
	}

	/**
	 * Sets the context of the current thread.
	 * @param holder has the context of a thread
	 * @param authentication the authentication, {@code null} for an empty context
	 * @return restores the previous context
	 */
	static ThreadIdentity set(SecurityContextHolderStrategy holder, @Nullable Authentication authentication) {
		SecurityContext before = holder.getContext();
		// checked now: code with access to this context could change it in the meantime
		boolean empty = before.getAuthentication() == null;
		ThreadIdentity identity = new ThreadIdentity(holder, authentication, empty ? null : before);
		holder.setDeferredContext(identity);
		return identity;
	}

	/**
	 * Gives the current thread an empty context of its own. The context is not removed: a
	 * thread-local that is removed and created again in each call costs twice as much.
	 * @param holder has the context of a thread
	 */
	static void clear(SecurityContextHolderStrategy holder) {
		holder.setDeferredContext(new ThreadIdentity(holder, null, null));
	}

	@Override
	public void close() {
		if (this.before != null) {
			this.holder.setContext(this.before);
		}
		else {
			clear(this.holder);
		}
	}

	@Override
	public synchronized SecurityContext get() {
		SecurityContext context = this.context;
		if (context == null) {
			context = this.holder.createEmptyContext();
			if (this.authentication != null) {
				context.setAuthentication(this.authentication);
			}
			this.context = context;
		}
		return context;
	}

}
