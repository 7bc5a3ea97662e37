/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.rivetevents.actor.state.StoredAnswer;

/**
 * The answers of one instance that are stored with its next save, the latest ones up to a
 * number of bytes. Safe for use by several threads.
 */
final class PendingAnswers {

	/** Most bytes of heap. */
	private static final long MAX_BYTES = 1024 * 1024;

	/** Heap of an answer besides its body: rounded up. */
	private static final int OVERHEAD = 256;

	private final Deque<StoredAnswer> answers = new ArrayDeque<>(0);

	private long bytes;

	/**
	 * Adds an answer.
	 * @return the number of older ones that are not stored, because there is no room
	 */
	synchronized int add(StoredAnswer answer) {
		this.answers.add(answer);
		this.bytes += weight(answer);
		int dropped = 0;
		while (this.bytes > MAX_BYTES && this.answers.size() > 1) {
			this.bytes -= weight(this.answers.remove());
			dropped++;
		}
		return dropped;
	}

	synchronized void remove(StoredAnswer answer) {
		if (this.answers.remove(answer)) {
			this.bytes -= weight(answer);
		}
	}

	synchronized List<StoredAnswer> all() {
		return List.copyOf(this.answers);
	}

	private static long weight(StoredAnswer answer) {
		return OVERHEAD + answer.body().length;
	}

}
