/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.failure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.impl.NoOpLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client can repeat does not fill the log.
 */
class RepeatedFailuresTests {

	private final List<String> errors = new ArrayList<>();

	private final List<String> warnings = new ArrayList<>();

	private @Nullable Throwable logged;

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);

	private final RepeatedFailures failures = new RepeatedFailures(new Recorder(), this.now::get);

	private void fail(int times, RuntimeException ex) {
		for (int i = 0; i < times; i++) {
			this.failures.error(ex, () -> "it failed");
		}
	}

	@Test
	void logsEachKindOnceAMinuteWithACount() {
		RuntimeException ex = new IllegalStateException();
		fail(1000, ex);
		assertThat(this.errors).containsExactly("it failed");
		this.now.addAndGet(60_000_000_000L);
		fail(1000, ex);
		assertThat(this.errors).containsExactly("it failed", "it failed (and 999 more since it was last logged)");
	}

	@Test
	void tellsKindsApartByClassAndPlace() {
		fail(2, new IllegalStateException());
		fail(2, new IllegalArgumentException());
		fail(2, new IllegalStateException());
		assertThat(this.errors).hasSize(3);
	}

	@Test
	void keepsABoundedNumberOfKinds() {
		for (int i = 0; i < 1000; i++) {
			RuntimeException ex = new IllegalStateException();
			ex.setStackTrace(new StackTraceElement[] { new StackTraceElement("A", "a", "A.java", i) });
			fail(1, ex);
		}
		assertThat(this.errors).hasSize(101);
	}

	@Test
	void forgetsKindsAfterTheirMinute() {
		RuntimeException ex = new IllegalStateException();
		for (int i = 0; i < 1000; i++) {
			this.failures.warn("kind" + i, () -> "warned");
		}
		fail(1, ex);
		assertThat(this.errors).as("told with the others").isEmpty();
		this.now.addAndGet(60_000_000_000L);
		fail(1, ex);
		assertThat(this.errors).containsExactly("it failed");
	}

	@Test
	void logsTheCountOfAKindItForgets() {
		for (int i = 0; i < 100; i++) {
			for (int j = 0; j <= i; j++) {
				this.failures.warn("kind" + i, () -> "warned");
			}
		}
		this.warnings.clear();
		this.now.addAndGet(60_000_000_000L);
		this.failures.warn("new", () -> "new");
		assertThat(this.warnings).hasSize(100)
			.contains("1 more since it was last logged: kind1", "99 more since it was last logged: kind99", "new");
	}

	@Test
	void keepsMessagesOfAllCausesOnTheirLines() {
		IllegalStateException cause = new IllegalStateException("from a client: a\nFORGED by a cause");
		IllegalArgumentException ex = new IllegalArgumentException("b\r\nFORGED by a message", cause);
		ex.addSuppressed(new RuntimeException("c\u2028FORGED by another", ex));
		this.failures.error(ex, () -> "it failed");
		StringWriter trace = new StringWriter();
		Objects.requireNonNull(this.logged).printStackTrace(new PrintWriter(trace));
		assertThat(trace.toString().lines()).noneMatch((line) -> line.startsWith("FORGED"))
			.contains("java.lang.IllegalArgumentException: b\\r\\nFORGED by a message",
					"Caused by: java.lang.IllegalStateException: from a client: a\\nFORGED by a cause",
					"\tSuppressed: java.lang.RuntimeException: c\\u2028FORGED by another");
		assertThat(trace.toString()).contains("at " + RepeatedFailuresTests.class.getName());
	}

	@Test
	void logsAHarmlessFailureItself() {
		RuntimeException ex = new IllegalStateException("no line ends here", new IllegalArgumentException());
		fail(1, ex);
		assertThat(this.logged).isSameAs(ex);
	}

	private final class Recorder extends NoOpLog implements Log {

		@Override
		public void error(Object message, Throwable ex) {
			RepeatedFailuresTests.this.errors.add(message.toString());
			RepeatedFailuresTests.this.logged = ex;
		}

		@Override
		public void warn(Object message) {
			RepeatedFailuresTests.this.warnings.add(message.toString());
		}

	}

}
