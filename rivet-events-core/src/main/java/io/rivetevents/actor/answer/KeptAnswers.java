package io.rivetevents.actor.answer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ByteBudget;

/**
 * What the answers of all instances of a node take, and who holds how much of it. When
 * there is no room, whoever holds most loses its oldest: no client keeps another from
 * calling. Safe for use by several threads.
 */
public final class KeptAnswers {

	private static final int CHUNK = 16;

	private final ByteBudget budget;

	private final Map<String, Holder> holders = new ConcurrentHashMap<>();

	public KeptAnswers(ByteBudget budget) {
		this.budget = budget;
	}

	/** One user, or one remote address; guarded by the map that it stands in. */
	private static final class Holder {

		private volatile long bytes;

		private final Map<IdempotentAnswers, Long> where = new HashMap<>(2);

	}

	/**
	 * Takes bytes if they are there.
	 * @param answers where they are kept
	 * @param holder who holds them
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
	 * Drops the oldest answers of whoever holds most, if that can make room. To be called
	 * without a lock on any answers.
	 */
	void makeRoom(long bytes) {
		long missing = this.budget.used() + bytes - this.budget.max();
		String most = most(missing);
		if (missing <= 0 || most == null) {
			return;
		}
		// more than is asked for, so that not each call has to look for room
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
