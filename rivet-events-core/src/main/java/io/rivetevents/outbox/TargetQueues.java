/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Handles the rows of each target one after the other, in the order in which they are
 * added, and those of different targets independently. The number of rows is limited by
 * the caller. Safe for use by several threads.
 */
final class TargetQueues {

	private final Function<OutboxRow, Mono<Void>> work;

	/** By target, as long as one of its rows is handled. */
	private final Map<String, Deque<OutboxRow>> waiting = new HashMap<>();

	/**
	 * Creates queues.
	 * @param work handles a row; must not fail
	 */
	TargetQueues(Function<OutboxRow, Mono<Void>> work) {
		this.work = work;
	}

	/** Adds a row, and handles it on the calling thread if its target has no other. */
	void add(OutboxRow row) {
		if (begin(row)) {
			AtomicReference<@Nullable OutboxRow> current = new AtomicReference<>(row);
			Mono.defer(() -> handle(current.getAndSet(null))).repeat(() -> {
				current.set(next(row.target()));
				return current.get() != null;
			}).subscribe();
		}
	}

	private Mono<Void> handle(@Nullable OutboxRow row) {
		return (row != null) ? this.work.apply(row) : Mono.empty();
	}

	/** Returns whether the target is free; otherwise the row waits. */
	private synchronized boolean begin(OutboxRow row) {
		Deque<OutboxRow> others = this.waiting.get(row.target());
		if (others != null) {
			others.add(row);
			return false;
		}
		this.waiting.put(row.target(), new ArrayDeque<>(2));
		return true;
	}

	private synchronized @Nullable OutboxRow next(String target) {
		Deque<OutboxRow> others = this.waiting.get(target);
		OutboxRow next = (others != null) ? others.poll() : null;
		if (next == null) {
			this.waiting.remove(target);
		}
		return next;
	}

}
