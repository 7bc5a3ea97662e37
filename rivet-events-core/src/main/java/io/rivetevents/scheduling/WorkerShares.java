/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.rivetevents.scheduling.SharedWork.Beneficiary;

/**
 * Shares of the workers. A user or a remote address has at most as many workers as are
 * free, an actor three times as many. So the first user gets half of the workers, and the
 * next one half of the rest; the last quarter is for other actors. Work beyond a share
 * waits until there is room. Must be guarded by the owner.
 */
final class WorkerShares {

	private static final int OF_ACTOR = 3;

	private final int workers;

	/**
	 * Work that waits, by the part whose share is used up; each queue is in order of
	 * arrival.
	 */
	private final Map<Part, Queue<SharedWork>> held = new LinkedHashMap<>();

	/** Components of a beneficiary, the most specific first. */
	private enum Kind {

		OWNER, ADDRESS, ACTOR

	}

	private record Part(Kind kind, String name) {
	}

	/**
	 * Creates the shares.
	 * @param workers maximum number of workers
	 */
	WorkerShares(int workers) {
		this.workers = workers;
	}

	/**
	 * Returns whether a share may be used up.
	 * @param busy maximum number of busy workers
	 */
	boolean isScarce(int busy) {
		return busy > this.workers / 2;
	}

	boolean isEmpty() {
		return this.held.isEmpty();
	}

	/**
	 * Returns whether some of the waiting work may begin.
	 * @param running current tasks of the workers
	 */
	boolean mayGoOn(Collection<Runnable> running) {
		if (this.held.isEmpty()) {
			return false;
		}
		Counts counts = new Counts(running);
		return this.held.values().stream().anyMatch((queue) -> counts.full(queue.element()) == null);
	}

	/**
	 * Takes the next task that may begin.
	 * @param running current tasks of the workers
	 * @param tasks waiting tasks; those beyond a share are moved to this object
	 * @return the task, {@code null} if there is none
	 */
	@Nullable Runnable take(Collection<Runnable> running, Queue<Runnable> tasks) {
		Counts counts = new Counts(running);
		Runnable next = this.held.isEmpty() ? null : takeHeld(counts);
		while (next == null) {
			Runnable task = tasks.poll();
			if (!(task instanceof SharedWork work)) {
				return task;
			}
			Part full = counts.full(work);
			if (full == null) {
				next = work;
			}
			else {
				hold(full, work);
			}
		}
		return next;
	}

	/**
	 * Takes a task that has left the queue already, or else the next one that may begin.
	 * @param first the task; it is moved to this object if it is beyond a share
	 * @param running current tasks of the workers, without it
	 * @param tasks waiting tasks
	 * @return the task, {@code null} if there is none
	 */
	@Nullable Runnable takeAfter(SharedWork first, Collection<Runnable> running, Queue<Runnable> tasks) {
		Part full = new Counts(running).full(first);
		if (full == null) {
			return first;
		}
		hold(full, first);
		return take(running, tasks);
	}

	private void hold(Part full, SharedWork work) {
		this.held.computeIfAbsent(full, (part) -> new ArrayDeque<>()).add(work);
	}

	/**
	 * Checks the first task of each part. A task that now waits for a more specific part
	 * moves there, so that it does not delay the others. Each task moves at most twice.
	 */
	private @Nullable SharedWork takeHeld(Counts counts) {
		SharedWork found = null;
		List<Map.Entry<Part, SharedWork>> moved = new ArrayList<>();
		Iterator<Map.Entry<Part, Queue<SharedWork>>> parts = this.held.entrySet().iterator();
		while (found == null && parts.hasNext()) {
			Map.Entry<Part, Queue<SharedWork>> part = parts.next();
			Queue<SharedWork> queue = part.getValue();
			Part full = counts.full(queue.element());
			while (full != null && full.kind().compareTo(part.getKey().kind()) < 0) {
				moved.add(Map.entry(full, queue.remove()));
				full = queue.isEmpty() ? part.getKey() : counts.full(queue.element());
			}
			found = (full == null) ? queue.remove() : null;
			if (queue.isEmpty()) {
				parts.remove();
			}
		}
		moved.forEach((entry) -> hold(entry.getKey(), entry.getValue()));
		return found;
	}

	/** Numbers of workers in use. */
	private final class Counts {

		private final Map<Part, Integer> counts = new HashMap<>();

		private final int free;

		Counts(Collection<Runnable> running) {
			this.free = WorkerShares.this.workers - running.size();
			for (Runnable task : running) {
				if (task instanceof SharedWork work) {
					add(work.beneficiary());
				}
			}
		}

		private void add(Beneficiary beneficiary) {
			add(Kind.OWNER, beneficiary.owner());
			add(Kind.ADDRESS, beneficiary.address());
			add(Kind.ACTOR, beneficiary.actor());
		}

		private void add(Kind kind, @Nullable String name) {
			if (name != null) {
				this.counts.merge(new Part(kind, name), 1, Integer::sum);
			}
		}

		/**
		 * Returns the part whose share is used up, {@code null} if the work may begin.
		 */
		@Nullable Part full(SharedWork work) {
			Beneficiary beneficiary = work.beneficiary();
			Part full = full(Kind.OWNER, beneficiary.owner(), this.free);
			full = (full != null) ? full : full(Kind.ADDRESS, beneficiary.address(), this.free);
			return (full != null) ? full : full(Kind.ACTOR, beneficiary.actor(), OF_ACTOR * this.free);
		}

		private @Nullable Part full(Kind kind, @Nullable String name, int most) {
			if (name == null) {
				return null;
			}
			Part part = new Part(kind, name);
			return (this.counts.getOrDefault(part, 0) < most) ? null : part;
		}

	}

}
