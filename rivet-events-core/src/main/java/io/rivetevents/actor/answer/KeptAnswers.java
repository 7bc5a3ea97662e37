/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.answer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ByteBudget;

/**
 * Tracks the memory of the answers of all instances of a node for each holder. When the
 * limit is reached, the holder with the most bytes loses its oldest answers, so that no
 * client prevents another from calling. Safe for use by several threads.
 */
public final class KeptAnswers {

	private static final int CHUNK = 16;

	private final ByteBudget budget;

	private final Map<String, Holder> holders = new ConcurrentHashMap<>();

	public KeptAnswers(ByteBudget budget) {
		this.budget = budget;
	}

	/** A user or a remote address; guarded by the map entry that contains it. */
	private static final class Holder {

		private volatile long bytes;

		private final Map<IdempotentAnswers, Long> where = new HashMap<>(2);

	}

	/**
	 * Reserves bytes if they are available.
	 * @param answers where they are kept
	 * @param holder to which they are charged
	 */
	boolean tryAcquire(IdempotentAnswers answers, String holder, long bytes) {
		if (!this.budget.tryAcquire(bytes)) {
			return false;
		}
		add(answers, holder, bytes);
		return true;
	}

	void release(IdempotentAnswers answers, String holder, long bytes) {
		this.budget.release(bytes);
		add(answers, holder, -bytes);
	}

	private void add(IdempotentAnswers answers, String name, long bytes) {
		this.holders.compute(name, (key, present) -> {
			Holder holder = (present != null) ? present : new Holder();
			holder.bytes += bytes;
			if (holder.where.merge(answers, bytes, Long::sum) == 0) {
				holder.where.remove(answers);
			}
			return holder.where.isEmpty() ? null : holder;
		});
	}

	/**
	 * Drops the oldest answers of the holder with the most bytes, if that frees enough
	 * room. Must be called without a lock on any {@link IdempotentAnswers}.
	 */
	void makeRoom(long bytes) {
		long missing = this.budget.used() + bytes - this.budget.max();
		String most = most(missing);
		if (missing <= 0 || most == null) {
			return;
		}
		// frees more than required, so that not every call has to free memory
		long wanted = Math.max(missing, Math.min(this.budget.max() / CHUNK, bytesOf(most) / 2));
		for (IdempotentAnswers answers : where(most)) {
			wanted -= answers.dropOldest(most, wanted);
			if (wanted <= 0) {
				return;
			}
		}
	}

	private @Nullable String most(long least) {
		String most = null;
		long bytes = least - 1;
		for (Map.Entry<String, Holder> each : this.holders.entrySet()) {
			if (each.getValue().bytes > bytes) {
				bytes = each.getValue().bytes;
				most = each.getKey();
			}
		}
		return most;
	}

	private long bytesOf(String name) {
		Holder holder = this.holders.get(name);
		return (holder != null) ? holder.bytes : 0;
	}

	private List<IdempotentAnswers> where(String name) {
		List<IdempotentAnswers> where = new ArrayList<>();
		this.holders.computeIfPresent(name, (key, holder) -> {
			where.addAll(holder.where.keySet());
			return holder;
		});
		return where;
	}

}
