/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Invocation;
import io.rivetevents.observation.ObservedTurn;
import io.rivetevents.observation.Observers;
import io.rivetevents.protocol.SafeText;

/**
 * The last turns of an instance, which are kept for some time after an operator has read
 * them. Otherwise a turn costs the read of one field. Safe for use by several threads.
 */
public final class TurnLog {

	/** Most turns that are kept. */
	public static final int MAX_TURNS = 50;

	/** Most calls of a turn that are named. */
	private static final int MAX_CALLS = 10;

	private volatile @Nullable Ring ring;

	/**
	 * Keeps turns that are added to the mailbox from now on.
	 * @param duration how long
	 * @param clock source of dates
	 * @param nanos returns the time in nanoseconds
	 */
	public synchronized void keep(Duration duration, InstantSource clock, LongSupplier nanos) {
		Ring ring = this.ring;
		if (ring == null) {
			ring = new Ring(clock, nanos);
			this.ring = ring;
		}
		ring.keepUntil(nanos.getAsLong() + duration.toNanos());
	}

	/** Returns the turns that are kept, the newest first. */
	public List<RanTurn> newestFirst() {
		Ring ring = this.ring;
		return (ring != null) ? ring.newestFirst() : List.of();
	}

	/** Returns the entry of the current turn. */
	public LoggedTurn current() {
		Ring ring = this.ring;
		return (ring != null) ? ring.current : LoggedTurn.NONE;
	}

	/**
	 * Returns a turn, which is added to the mailbox now, with reports of its start and
	 * end, if they are kept or observed.
	 */
	public <I> Turn<I> observed(Turn<I> turn, Observers observers, ActorAddress actor) {
		ObservedTurn kept = kept(turn);
		if (!observers.observeTurns()) {
			return (kept != null) ? turn.observed(kept) : turn;
		}
		ObservedTurn reported = observers.observeTurn(actor);
		return turn.observed((kept != null) ? new Both(reported, kept) : reported);
	}

	private @Nullable ObservedTurn kept(Turn<?> turn) {
		Ring ring = this.ring;
		if (ring == null) {
			return null;
		}
		if (ring.hasEnded()) {
			this.ring = null;
			return null;
		}
		return ring.new Entry(turn.client());
	}

	/** Two receivers. */
	private record Both(ObservedTurn first, ObservedTurn second) implements ObservedTurn {

		@Override
		public void start() {
			this.first.start();
			this.second.start();
		}

		@Override
		public void end() {
			this.first.end();
			this.second.end();
		}

	}

	/** The turns that are kept. */
	private static final class Ring {

		private final InstantSource clock;

		private final LongSupplier nanos;

		/** Oldest first; guarded by this. */
		private final Deque<Entry> turns = new ArrayDeque<>();

		private volatile long end;

		private volatile LoggedTurn current = LoggedTurn.NONE;

		Ring(InstantSource clock, LongSupplier nanos) {
			this.clock = clock;
			this.nanos = nanos;
			this.end = nanos.getAsLong();
		}

		void keepUntil(long end) {
			this.end = (end - this.end > 0) ? end : this.end;
		}

		boolean hasEnded() {
			return this.nanos.getAsLong() - this.end > 0;
		}

		synchronized void add(Entry entry) {
			if (this.turns.size() == MAX_TURNS) {
				this.turns.remove();
			}
			this.turns.add(entry);
		}

		synchronized List<RanTurn> newestFirst() {
			List<RanTurn> turns = new ArrayList<>(this.turns.size());
			for (Iterator<Entry> newest = this.turns.descendingIterator(); newest.hasNext();) {
				turns.add(newest.next().turn());
			}
			return turns;
		}

		/** One turn. */
		private final class Entry implements ObservedTurn, LoggedTurn {

			private final boolean client;

			private final long queuedAt = Ring.this.nanos.getAsLong();

			/** This and the fields below are guarded by this. */
			private final List<String> calls = new ArrayList<>(1);

			private Instant startedAt = Instant.EPOCH;

			private Duration waited = Duration.ZERO;

			private @Nullable Duration duration;

			private @Nullable String error;

			Entry(boolean client) {
				this.client = client;
			}

			@Override
			public void start() {
				synchronized (this) {
					this.startedAt = Ring.this.clock.instant();
					this.waited = sinceQueued();
				}
				if (this.client) {
					add(this);
				}
				Ring.this.current = this;
			}

			private Duration sinceQueued() {
				return Duration.ofNanos(Ring.this.nanos.getAsLong() - this.queuedAt);
			}

			@Override
			public void end() {
				if (Ring.this.current == this) { // not after an interleaved turn
					Ring.this.current = LoggedTurn.NONE;
				}
				synchronized (this) {
					this.duration = sinceQueued().minus(this.waited);
				}
			}

			@Override
			public void runs(String schedule) {
				note("schedule " + SafeText.of(schedule));
			}

			@Override
			public void calls(Invocation method) {
				if (method.isCheck()) {
					return; // the call follows
				}
				note((method.hook() != null) ? "hook " + method.name().toLowerCase(Locale.ROOT).replace('_', '-')
						: "action " + SafeText.of(method.name()));
			}

			/** A turn of the runtime is of interest only if it calls a method. */
			private void note(String call) {
				boolean first;
				synchronized (this) {
					first = this.calls.isEmpty();
					if (this.calls.size() < MAX_CALLS) {
						this.calls.add(call);
					}
				}
				if (first && !this.client) {
					add(this);
				}
			}

			/** Messages may contain values: they are not kept. */
			@Override
			public synchronized void fails(Throwable cause) {
				if (this.error == null) {
					this.error = (cause instanceof RivetException known) ? known.group() + "." + known.code()
							: cause.getClass().getName();
				}
			}

			synchronized RanTurn turn() {
				return new RanTurn(this.startedAt, this.waited, this.duration, this.calls, this.error);
			}

		}

	}

}
