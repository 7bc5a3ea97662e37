/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.value.WireValues;

/**
 * The recent events of one instance, for clients that resume. Events with limits of their
 * own are kept separately; the bytes are counted together. History is recorded from the
 * first connection of a client that supports resuming. Not safe for use by several
 * threads.
 */
public final class EventHistory {

	private static final Log logger = LogFactory.getLog(EventHistory.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Eighths of the total above which only small histories can grow. */
	private static final int SCARCE = 6;

	/** Size of a small history, in bytes. */
	private static final long FEW = 16 * 1024;

	/** Most names of droppable events that are recorded separately. */
	private static final int MAX_VOLATILE_NAMES = 1000;

	private static final String OTHERS = "*";

	/** Name of the common part in marks. */
	public static final String COMMON = "";

	private final HistoryLimits limits;

	private final Ring common;

	private final Map<String, Ring> own = new HashMap<>(2);

	/** Position of the last droppable event of each name. */
	private final Map<String, Long> droppable = new HashMap<>(2);

	private final ByteBudget total;

	private boolean recording;

	/** Position from which a stored history continues, 0 if it has not been stored. */
	private long continuedFrom;

	/** Positions of stored events that were dropped since the last call of the getter. */
	private final List<Long> trimmed = new ArrayList<>(0);

	/** Whether it was logged that an event exceeds the limit. */
	private boolean refused;

	private long bytes;

	/**
	 * Creates a history.
	 * @param limits its limits
	 * @param total byte budget of the histories of all instances
	 */
	public EventHistory(HistoryLimits limits, ByteBudget total) {
		this.limits = limits;
		this.total = total;
		this.common = new Ring(limits);
	}

	/** An event in the history, with the heap memory that it takes in bytes. */
	private record Entry(long sequence, long time, RecordedEvent recorded, int size) {

		Entry(long sequence, long time, RecordedEvent recorded) {
			this(sequence, time, recorded, recorded.size());
		}

		AddressedEvent event() {
			return this.recorded.event();
		}

		/** Returns whether its arguments are kept. */
		boolean isWhole() {
			return this.recorded.args() != null;
		}

		Replay toReplay() {
			List<JsonNode> args = new ArrayList<>();
			WireValues.decodeJson(Objects.requireNonNull(this.recorded.args())).forEach(args::add);
			return new Replay(this.sequence, event().event(), args, event().tags());
		}

	}

	/**
	 * A stored event.
	 *
	 * @param sequence its position
	 * @param previous position of the event before it in the same part of the history, 0
	 * if there was none
	 * @param age its age in nanoseconds
	 * @param recorded the event
	 */
	record Restored(long sequence, long previous, long age, RecordedEvent recorded) {
	}

	/**
	 * An event that is replayed.
	 *
	 * @param sequence its position
	 * @param event its name
	 * @param args its arguments
	 * @param tags its tags
	 */
	public record Replay(long sequence, String event, List<JsonNode> args, Set<String> tags) {
	}

	/**
	 * A history as another node continues it. Stored events are not part of it.
	 *
	 * @param continuedFrom position from which a stored history continues, 0 if it has
	 * not been stored
	 * @param droppable position of the last droppable event of each name
	 * @param parts its parts
	 */
	record Tail(long continuedFrom, Map<String, Long> droppable, List<Part> parts) {
	}

	/**
	 * Events under one limit.
	 *
	 * @param name name of the events, empty for those without limits of their own
	 * @param lostUpTo position of the newest event that is not part of it
	 * @param unsubscribed whether some of them were sent to connections without a
	 * subscription
	 * @param events the events in their order
	 */
	record Part(String name, long lostUpTo, boolean unsubscribed, List<Restored> events) {
	}

	/** Events under one limit. */
	private final class Ring {

		private final HistoryLimits limits;

		private final Deque<Entry> entries = new ArrayDeque<>(0);

		/** Position of the newest event that was dropped. */
		private long lostUpTo;

		/** Whether some of the events were sent to connections without a subscription. */
		private boolean unsubscribed;

		Ring(HistoryLimits limits) {
			this.limits = limits;
		}

		void add(Entry entry) {
			this.unsubscribed |= !entry.event().subscribed();
			if (this.limits.isEmpty() || !makeRoom(entry)) {
				removeAll();
				lose(entry);
				return;
			}
			this.entries.add(entry);
			EventHistory.this.bytes += entry.size();
			if (this.entries.size() > this.limits.maxEvents()) {
				removeOldest();
			}
		}

		void removeOldest() {
			Entry oldest = this.entries.remove();
			lose(oldest);
			release(oldest);
		}

		private void lose(Entry entry) {
			this.lostUpTo = Math.max(this.lostUpTo, entry.sequence());
			if (this.limits.isDurable()) {
				EventHistory.this.trimmed.add(entry.sequence());
			}
		}

		private void release(Entry entry) {
			EventHistory.this.bytes -= entry.size();
			EventHistory.this.total.release(entry.size());
		}

		/** Drops all events from memory; stored ones stay stored. */
		void clear() {
			this.entries.forEach(this::release);
			this.entries.clear();
		}

		void removeAll() {
			while (!this.entries.isEmpty()) {
				removeOldest();
			}
		}

		void expire(long now) {
			long maxAge = this.limits.maxAge().toNanos();
			while (!this.entries.isEmpty() && now - this.entries.peek().time() > maxAge) {
				removeOldest();
			}
		}

		@Nullable Entry oldest() {
			return this.entries.peek();
		}

		/** Returns the events after a position. */
		Part after(long cut, String name, long now) {
			long lost = this.lostUpTo;
			List<Restored> events = new ArrayList<>();
			for (Entry entry : this.entries) {
				if (entry.sequence() <= cut) {
					lost = Math.max(lost, entry.sequence());
				}
				else {
					events.add(new Restored(entry.sequence(), 0, now - entry.time(), entry.recorded()));
				}
			}
			return new Part(name, lost, this.unsubscribed, events);
		}

		/** Continues with the events of another node. */
		void continueWith(Part part, long now) {
			this.lostUpTo = part.lostUpTo();
			this.unsubscribed = part.unsubscribed();
			part.events().forEach((event) -> add(new Entry(event.sequence(), now - event.age(), event.recorded())));
		}

	}

	/**
	 * Starts recording, if it has not started: from this position a client can resume.
	 * @param sequence the current position
	 */
	public void open(long sequence) {
		if (!this.recording) {
			this.recording = true;
			this.common.lostUpTo = sequence;
		}
	}

	/**
	 * Starts recording for an instance whose durable events are stored. All earlier
	 * events are regarded as lost until {@link #restore} is called.
	 * @param sequence position from which it continues, 0 for a new instance
	 * @param declared limits of the events with limits of their own
	 * @param droppable names of the events that may be dropped for slow connections
	 */
	public void continueFrom(long sequence, Map<String, HistoryLimits> declared, Collection<String> droppable) {
		this.recording = true;
		this.continuedFrom = sequence;
		this.common.lostUpTo = sequence;
		declared.forEach((name, limits) -> {
			Ring ring = new Ring(limits);
			ring.lostUpTo = sequence;
			this.own.put(name, ring);
		});
		if (sequence > 0) {
			droppable.stream().limit(MAX_VOLATILE_NAMES).forEach((name) -> this.droppable.put(name, sequence));
		}
	}

	/**
	 * Adds the stored events of earlier times in memory.
	 * @param marks last position in each part of the history: of events with limits of
	 * their own by name, of all others by the empty string; negative if some events of
	 * the part were sent without a subscription
	 * @param events the stored events in the order of their positions
	 * @param now the time in nanoseconds
	 */
	void restore(Map<String, Long> marks, List<Restored> events, long now) {
		Set<Long> present = events.stream().map(Restored::sequence).collect(Collectors.toSet());
		rings().filter((ring) -> ring.limits.isDurable()).forEach((ring) -> ring.lostUpTo = 0);
		marks.forEach((name, last) -> {
			ring(name).unsubscribed |= last < 0;
			if (!present.contains(Math.abs(last))) {
				lost(ring(name), Math.abs(last));
			}
		});
		long others = Math.abs(marks.getOrDefault(COMMON, 0L));
		if (!present.contains(others)) {
			// events of a name without a mark were in the common part before
			this.own.entrySet()
				.stream()
				.filter((each) -> !marks.containsKey(each.getKey()))
				.forEach((each) -> lost(each.getValue(), others));
		}
		for (Restored event : events) {
			Ring ring = ring(event.recorded().event().event());
			if (!present.contains(event.previous())) {
				lost(ring, event.previous());
			}
			if (ring.limits.isDurable()) {
				ring.add(new Entry(event.sequence(), now - event.age(), event.recorded()));
			}
		}
		expire(now);
	}

	/**
	 * Returns what another node continues with.
	 * @param maxBytes most bytes of its events: older ones are left out
	 * @param now the time in nanoseconds
	 */
	Tail tail(long maxBytes, long now) {
		expire(now);
		long cut = cut(maxBytes);
		List<Part> parts = new ArrayList<>();
		if (!this.common.limits.isDurable()) {
			parts.add(this.common.after(cut, COMMON, now));
		}
		this.own.forEach((name, ring) -> {
			if (!ring.limits.isDurable()) {
				parts.add(ring.after(cut, name, now));
			}
		});
		return new Tail(this.continuedFrom, Map.copyOf(this.droppable), parts);
	}

	/** Returns the position of the newest event for which there is no room. */
	private long cut(long maxBytes) {
		List<Entry> newestFirst = rings().filter((ring) -> !ring.limits.isDurable())
			.flatMap((ring) -> ring.entries.stream())
			.sorted(Comparator.comparingLong(Entry::sequence).reversed())
			.toList();
		long left = maxBytes;
		for (Entry entry : newestFirst) {
			left -= entry.size();
			if (left < 0) {
				return entry.sequence();
			}
		}
		return 0;
	}

	/**
	 * Continues the history of another node. Its stored events are regarded as lost until
	 * {@link #restore} is called.
	 * @param tail what the other node has passed on
	 * @param sequence the current position
	 * @param now the time in nanoseconds
	 * @param limits returns the limits of the events of a name, {@code null} if it has
	 * none of its own
	 */
	void continueWith(Tail tail, long sequence, long now, Function<String, @Nullable HistoryLimits> limits) {
		this.continuedFrom = tail.continuedFrom();
		this.droppable.clear();
		this.droppable.putAll(tail.droppable());
		rings().filter((ring) -> ring.limits.isDurable())
			.forEach((ring) -> ring.lostUpTo = Math.min(ring.lostUpTo, sequence));
		for (Part part : tail.parts()) {
			HistoryLimits own = part.name().equals(COMMON) ? this.limits : limits.apply(part.name());
			if (own == null) {
				lost(this.common, sequence); // its events have no limits any more
			}
			else if (!own.isDurable()) {
				Ring ring = part.name().equals(COMMON) ? this.common
						: this.own.computeIfAbsent(part.name(), (name) -> new Ring(own));
				ring.continueWith(part, now);
			}
		}
		expire(now);
	}

	private Ring ring(String event) {
		return this.own.getOrDefault(event, this.common);
	}

	private static void lost(Ring ring, long sequence) {
		ring.lostUpTo = Math.max(ring.lostUpTo, sequence);
	}

	/**
	 * Returns the positions of the stored events that were dropped since the last call.
	 * @param least number of positions below which none is returned
	 */
	public List<Long> takeTrimmed(int least) {
		if (this.trimmed.size() < least) {
			return List.of();
		}
		List<Long> trimmed = List.copyOf(this.trimmed);
		this.trimmed.clear();
		return trimmed;
	}

	/**
	 * Returns whether events are recorded.
	 */
	public boolean isOpen() {
		return this.recording;
	}

	/**
	 * Records an event.
	 * @param sequence its position
	 * @param now the time in nanoseconds
	 * @param dispatch the event; its selection names connections by the ids of their
	 * streams
	 * @param own limits of the events of its name, {@code null} if it has none of its own
	 */
	public void add(long sequence, long now, AddressedEvent dispatch, @Nullable HistoryLimits own) {
		if (!this.recording) {
			return;
		}
		if (dispatch.droppable()) {
			boolean known = this.droppable.size() < MAX_VOLATILE_NAMES || this.droppable.containsKey(dispatch.event());
			this.droppable.put(known ? dispatch.event() : OTHERS, sequence);
			return;
		}
		add(sequence, now, RecordedEvent.of(dispatch), own);
	}

	/**
	 * Records an event that is not droppable.
	 * @param sequence its position
	 * @param now the time in nanoseconds
	 * @param event the event
	 * @param own limits of the events of its name, {@code null} if it has none of its own
	 */
	void add(long sequence, long now, RecordedEvent event, @Nullable HistoryLimits own) {
		if (!this.recording) {
			return;
		}
		String name = event.event().event();
		Ring ring = (own != null) ? this.own.computeIfAbsent(name, (key) -> new Ring(own)) : this.common;
		expire(now);
		ring.add(new Entry(sequence, now, event));
	}

	/**
	 * Makes room for an event by dropping the oldest events of this instance.
	 * @return whether the event fits
	 */
	private boolean makeRoom(Entry entry) {
		long size = entry.size();
		if (size > this.limits.maxBytes()) {
			refuse(entry);
			return false;
		}
		while (this.bytes + size > this.limits.maxBytes()) {
			removeOldest();
		}
		while (!acquire(size)) {
			if (!removeOldest()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The last quarter of the total is reserved for small histories; a large one drops
	 * its own events.
	 */
	private boolean acquire(long size) {
		if (this.bytes + size > FEW && this.total.isBeyond(SCARCE)) {
			this.total.hit();
			return false;
		}
		return this.total.tryAcquire(size);
	}

	/** Drops everything: older events are of no use to a client that missed this one. */
	private void refuse(Entry entry) {
		while (removeOldest()) {
			// until nothing is left
		}
		if (!this.refused) {
			this.refused = true;
			logger.warn(("Event %s was sent but not recorded for clients that resume: it has %d bytes, but"
					+ " rivet.events.history.max-size leaves %d. Set it higher than max-outgoing-message-size of"
					+ " rivet.events.websocket and rivet.events.sse")
				.formatted(SafeText.of(entry.event().event()), entry.size(), this.limits.maxBytes()));
		}
	}

	private boolean removeOldest() {
		Optional<Ring> oldest = rings().filter((ring) -> ring.oldest() != null)
			.min(Comparator.comparingLong((ring) -> ring.entries.element().sequence()));
		oldest.ifPresent(Ring::removeOldest);
		return oldest.isPresent();
	}

	/**
	 * Drops all events and stops recording: the instance leaves memory.
	 */
	public void close() {
		this.recording = false;
		rings().forEach(Ring::clear);
		this.trimmed.clear();
	}

	private Stream<Ring> rings() {
		return Stream.concat(Stream.of(this.common), this.own.values().stream());
	}

	/**
	 * Drops events that are too old.
	 * @param now the time in nanoseconds
	 */
	public void expire(long now) {
		this.common.expire(now);
		this.own.values().forEach((ring) -> ring.expire(now));
	}

	/**
	 * Returns the time in nanoseconds at which an event recorded now expires.
	 * @param own limits of the events of its name, {@code null} if it has none of its own
	 */
	public long expiry(long now, @Nullable HistoryLimits own) {
		return now + ((own != null) ? own : this.limits).maxAge().toNanos() + 1;
	}

	/**
	 * Returns the time in nanoseconds at which the next event expires, empty if there is
	 * none.
	 */
	public OptionalLong nextExpiry() {
		return rings().filter((ring) -> ring.oldest() != null)
			.mapToLong((ring) -> expiry(ring.entries.element().time(), ring.limits))
			.min();
	}

	/**
	 * Returns the events that a connection has missed.
	 * @param sequence the last position that its client has handled
	 * @param connection the connection, subscriptions included
	 * @return the events in their order, {@code null} if some were dropped
	 */
	public @Nullable List<Replay> after(long sequence, ActorConnection connection) {
		if (!this.recording || hasMissed(sequence, connection)) {
			return null;
		}
		return rings().flatMap((ring) -> ring.entries.stream())
			.filter((entry) -> entry.sequence() > sequence && entry.isWhole() && isFor(connection, entry.event()))
			.sorted(Comparator.comparingLong(Entry::sequence))
			.map(Entry::toReplay)
			.toList();
	}

	/** Returns whether a connection may have missed an event that was dropped. */
	private boolean hasMissed(long sequence, ActorConnection connection) {
		if (this.common.lostUpTo > sequence
				&& (!isContinuedWithoutCommon() || connection.isSubscribedToOthers(this.own.keySet()))) {
			return true;
		}
		return this.own.entrySet().stream().anyMatch((each) -> {
			Ring ring = each.getValue();
			boolean wanted = ring.unsubscribed || connection.isSubscribed(each.getKey());
			return wanted && ring.lostUpTo > sequence;
		});
	}

	/**
	 * Returns whether all that was lost from the common part was lost by a restart,
	 * because only events with limits of their own are durable.
	 */
	private boolean isContinuedWithoutCommon() {
		return this.continuedFrom > 0 && this.common.lostUpTo == this.continuedFrom && !this.limits.isDurable();
	}

	/**
	 * Returns whether events that are not stored could be sent to a connection without
	 * subscription.
	 */
	private boolean isContinuedWithoutSome(ActorConnection connection) {
		return isContinuedWithoutCommon() || this.own.entrySet()
			.stream()
			.anyMatch((each) -> !each.getValue().limits.isDurable() && !connection.isSubscribed(each.getKey()));
	}

	private static boolean isFor(ActorConnection connection, AddressedEvent dispatch) {
		boolean wanted = !dispatch.subscribed() || connection.wants(dispatch.event(), dispatch.tags());
		try {
			return wanted && dispatch.selection().includes(connection, connection.streamId(), connection.owner());
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s is not replayed to %s: a predicate failed"
				.formatted(SafeText.of(dispatch.event()), ActorConnection.describe(connection)));
			return false;
		}
	}

	/**
	 * Returns the names of the events that a connection has missed or may have missed and
	 * that are not replayed: droppable ones, and stored ones whose recipients are
	 * unknown.
	 * @param sequence the last position that its client has handled
	 * @param connection the connection, subscriptions included
	 */
	public Set<String> droppedAfter(long sequence, ActorConnection connection) {
		Set<String> names = this.droppable.entrySet()
			.stream()
			.filter((each) -> each.getValue() > sequence)
			.map(Map.Entry::getKey)
			.filter((name) -> name.equals(OTHERS) || connection.isSubscribed(name))
			.collect(Collectors.toCollection(HashSet::new));
		if (this.continuedFrom > sequence && isContinuedWithoutSome(connection)) {
			names.add(OTHERS); // events without subscription were not stored
		}
		rings().flatMap((ring) -> ring.entries.stream())
			.filter((entry) -> entry.sequence() > sequence && !entry.isWhole())
			.map(Entry::event)
			.filter((dispatch) -> !dispatch.subscribed() || connection.wants(dispatch.event(), dispatch.tags()))
			.forEach((dispatch) -> names.add(dispatch.event()));
		return names;
	}

	/**
	 * Returns recorded events, the newest first.
	 * @param before position before which they are
	 * @param limit most events
	 * @param maxBytes most bytes of arguments, unless one event alone has more
	 * @param now the time in nanoseconds
	 */
	List<PastEvent> before(Position before, int limit, long maxBytes, long now) {
		List<Entry> newestFirst = rings().flatMap((ring) -> ring.entries.stream())
			.filter((entry) -> entry.sequence() < before.sequence())
			.sorted(Comparator.comparingLong(Entry::sequence).reversed())
			.limit(limit)
			.toList();
		List<PastEvent> events = new ArrayList<>(newestFirst.size());
		long left = maxBytes;
		for (Entry entry : newestFirst) {
			byte[] args = entry.recorded().args();
			left -= (args != null) ? args.length : 0;
			if (left < 0 && !events.isEmpty()) {
				break;
			}
			events.add(new PastEvent(new Position(before.epoch(), entry.sequence()),
					Duration.ofNanos(now - entry.time()), entry.event().event(), entry.event().tags(), args));
		}
		return events;
	}

	/**
	 * Returns how many events are recorded.
	 */
	public int size() {
		return rings().mapToInt((ring) -> ring.entries.size()).sum();
	}

	/**
	 * Returns how many bytes they take.
	 */
	public long bytes() {
		return this.bytes;
	}

}
