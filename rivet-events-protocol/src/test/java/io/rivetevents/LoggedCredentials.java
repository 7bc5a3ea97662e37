/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails each test class that has written credentials to the log or the console of its
 * process: tokens, tickets, passwords, cookies of sessions and secrets of streams, which
 * are recognized by their form. JUnit finds this extension by itself.
 */
public final class LoggedCredentials implements BeforeAllCallback, AfterAllCallback {

	private static final Map<String, Pattern> FORMS = Map.of("a JSON Web Token",
			Pattern.compile("eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}"), "a ticket", Pattern.compile("rt1\\.[\\w-]{40,}"),
			"a session", Pattern.compile("SESSION=[\\w-]{20,}"), "a header with credentials",
			Pattern.compile("(Basic|Bearer) (?=\\S*[A-Z0-9])(?!\\w+=\")[\\w.~+/-]{6,}=*"), "a field with credentials",
			Pattern.compile(
					"(?<!generated security )(password|token|secret|ticket|apiKey)\"?[=:]\\s?\"?(?!null|\\[|\\*)[\\w.~+/%-]{3,}"));

	private static final List<String> found = new ArrayList<>();

	private static boolean installed;

	@Override
	public void beforeAll(ExtensionContext context) {
		synchronized (found) {
			if (!installed) {
				System.setOut(scanned(System.out));
				System.setErr(scanned(System.err));
				installed = true;
			}
		}
	}

	private static PrintStream scanned(PrintStream stream) {
		return new PrintStream(new Lines(stream, LoggedCredentials::scan), true, StandardCharsets.UTF_8);
	}

	/**
	 * Records a line of output, such as one of another process, if it has credentials.
	 */
	public static void scan(String line) {
		FORMS.forEach((what, form) -> {
			if (form.matcher(line).find()) {
				synchronized (found) {
					found.add(what + ": " + form.matcher(line).replaceAll("***"));
				}
			}
		});
	}

	/** Returns what was found, and forgets it. */
	static List<String> take() {
		synchronized (found) {
			List<String> all = List.copyOf(found);
			found.clear();
			return all;
		}
	}

	@Override
	public void afterAll(ExtensionContext context) {
		List<String> all = take();
		if (!all.isEmpty()) {
			throw new AssertionError("Credentials in the log, masked here: " + String.join("\n", all));
		}
	}

	/** Writes to a stream, and passes each complete line on. */
	private static final class Lines extends OutputStream {

		private static final int MAX_LINE = 64 * 1024;

		private final PrintStream next;

		private final Consumer<String> reader;

		private final ByteArrayOutputStream line = new ByteArrayOutputStream();

		Lines(PrintStream next, Consumer<String> reader) {
			this.next = next;
			this.reader = reader;
		}

		@Override
		public void write(int one) {
			write(new byte[] { (byte) one }, 0, 1);
		}

		@Override
		public synchronized void write(byte[] bytes, int offset, int length) {
			this.next.write(bytes, offset, length);
			for (int i = offset; i < offset + length; i++) {
				if (bytes[i] == '\n' || this.line.size() == MAX_LINE) {
					this.reader.accept(this.line.toString(StandardCharsets.UTF_8));
					this.line.reset();
				}
				else {
					this.line.write(bytes[i]);
				}
			}
		}

		@Override
		public void flush() {
			this.next.flush();
		}

	}

}
