package io.rivetevents.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.value.WireValues;

/**
 * The last events of one instance, for clients that come back. Events with limits of
 * their own are kept apart from the others; the bytes are counted together. Nothing is
 * kept before the first client came that could come back. Not safe for use by several
 * threads.
 */
public final class EventHistory {

	private static final Log logger = LogFactory.getLog(EventHistory.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** What an event takes beside its name and arguments: measured, rounded up. */
	private static final int OVERHEAD = 96;

	/** What a text in a set takes beside its characters. */
	private static final int OVERHEAD_OF_TEXT = 72;

	/** Eighths of what all may keep, beyond which none may keep much. */
	private static final int SCARCE = 6;

	/** Bytes that are not much. */
	private static final long FEW = 16 * 1024;

	/** Names of droppable events that are told apart. */
	private static final int MAX_VOLATILE_NAMES = 1000;

	private static final String OTHERS = "*";

	private final HistoryLimits limits;

	private final Ring common;

	private final Map<String, Ring> own = new HashMap<>(2);

	/** Where the last droppable event of each name was. */
	private final Map<String, Long> droppable = new HashMap<>(2);

	private final ByteBudget total;

	private boolean recording;

	/** Whether it has been logged that an event does not fit. */
	private boolean refused;

	private long bytes;

	/**
	 * Create a history.
	 * @param limits its bounds
	 * @param total what the histories of all instances may take
	 */
	public EventHistory(HistoryLimits limits, ByteBudget total) {
		this.limits = limits;
		this.total = total;
		this.common = new Ring(limits);
	}

	/** An event that was sent. */
	private record Entry(long sequence, long time, AddressedEvent dispatch, byte[] args) {

		private static final List<JsonNode> IN_ARGS = List.of();

		static Entry of(long sequence, long time, AddressedEvent dispatch) {
			byte[] args = WireValues.encodeJson(JsonNodeFactory.instance.arrayNode().addAll(dispatch.args()));
			return new Entry(sequence, time, dispatch.withArgs(IN_ARGS), args);
		}

		int size() {
			return OVERHEAD + 2 * this.dispatch.event().length() + this.args.length + selectionSize()
					+ this.dispatch.tags().stream().mapToInt(Entry::size).sum();
		}

		private int selectionSize() {
			if (this.dispatch.selection() instanceof Selection.These these) {
				return size(these.connectionIds());
			}
			return (this.dispatch.selection() instanceof Selection.AllExcept except) ? size(except.connectionIds()) : 0;
		}

		private static int size(Set<String> texts) {
			return texts.stream().mapToInt(Entry::size).sum();
		}

		private static int size(String text) {
			return OVERHEAD_OF_TEXT + 2 * text.length();
		}

		Replay toReplay() {
			List<JsonNode> args = new ArrayList<>();
			WireValues.decodeJson(this.args).forEach(args::add);
			return new Replay(this.sequence, this.dispatch.event(), args, this.dispatch.tags());
		}

	}

	/**
	 * An event that is sent again.
	 *
	 * @param sequence its position
	 * @param event its name
	 * @param args its arguments
	 * @param tags its tags
	 */
	public record Replay(long sequence, String event, List<JsonNode> args, Set<String> tags) {
	}

	/** Events under one bound. */
	private final class Ring {

		private final HistoryLimits limits;

		private final Deque<Entry> entries = new ArrayDeque<>(0);

		/** Where the newest is that is no longer here. */
		private long lostUpTo;

		/** Whether some of them went to connections that had not subscribed. */
		private boolean unsubscribed;

		Ring(HistoryLimits limits) {
			this.limits = limits;
		}

		void add(Entry entry) {
			this.unsubscribed |= !entry.dispatch().subscribed();
			if (this.limits.isEmpty() || !makeRoom(entry.size())) {
				removeAll();
				this.lostUpTo = entry.sequence();
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
			this.lostUpTo = oldest.sequence();
			EventHistory.this.bytes -= oldest.size();
			EventHistory.this.total.release(oldest.size());
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

	}

	/**
	 * Begin to keep events, if that has not begun: from here on a client may come back.
	 * @param sequence the current position
	 */
	public void open(long sequence) {
		if (!this.recording) {
			this.recording = true;
			this.common.lostUpTo = sequence;
		}
	}

	/**
	 * Return whether events are kept.
	 */
	public boolean isOpen() {
		return this.recording;
	}

	/**
	 * Keep an event.
	 * @param sequence its position
	 * @param now the time in nanoseconds
	 * @param dispatch the event; connections in its selection by the ids of their streams
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
		Ring ring = (own != null) ? this.own.computeIfAbsent(dispatch.event(), (name) -> new Ring(own)) : this.common;
		expire(now);
		ring.add(Entry.of(sequence, now, dispatch));
	}

	/**
	 * Makes room for an event, at the cost of the oldest of this instance.
	 * @return whether it can be kept
	 */
	private boolean makeRoom(long size) {
		if (size > this.limits.maxBytes()) {
			refuse(size);
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

	/** The last quarter is for instances that keep little: others drop what they have. */
	private boolean acquire(long size) {
		if (this.bytes + size > FEW && this.total.isBeyond(SCARCE)) {
			this.total.hit();
			return false;
		}
		return this.total.tryAcquire(size);
	}

	/** What came before it is of no use to a client that has missed it. */
	private void refuse(long size) {
		while (removeOldest()) {
			// until nothing is left
		}
		if (!this.refused) {
			this.refused = true;
			logger.warn(("An event of %d bytes is sent but not kept for clients that resume: "
					+ "rivet.events.history.max-size leaves %d bytes, less than max-outgoing-message-size of "
					+ "rivet.events.websocket or rivet.events.sse")
				.formatted(size, this.limits.maxBytes()));
		}
	}

	private boolean removeOldest() {
		Optional<Ring> oldest = rings().filter((ring) -> ring.oldest() != null)
			.min(Comparator.comparingLong((ring) -> ring.entries.element().sequence()));
		oldest.ifPresent(Ring::removeOldest);
		return oldest.isPresent();
	}

	/**
	 * Forgets all, and keeps nothing more: the instance leaves memory.
	 */
	public void close() {
		this.recording = false;
		rings().forEach(Ring::removeAll);
	}

	private Stream<Ring> rings() {
		return Stream.concat(Stream.of(this.common), this.own.values().stream());
	}

	/**
	 * Drop what is too old.
	 * @param now the time in nanoseconds
	 */
	public void expire(long now) {
		this.common.expire(now);
		this.own.values().forEach((ring) -> ring.expire(now));
	}

	/**
	 * Returns the time in nanoseconds at which an event is too old that is kept now.
	 * @param own limits of the events of its name, {@code null} if it has none of its own
	 */
	public long expiry(long now, @Nullable HistoryLimits own) {
		return now + ((own != null) ? own : this.limits).maxAge().toNanos() + 1;
	}

	/**
	 * Returns the time in nanoseconds at which the first of the events is too old, empty
	 * if none is kept.
	 */
	public OptionalLong nextExpiry() {
		return rings().filter((ring) -> ring.oldest() != null)
			.mapToLong((ring) -> expiry(ring.entries.element().time(), ring.limits))
			.min();
	}

	/**
	 * Return what a connection has missed.
	 * @param sequence the last position that its client has handled
	 * @param connection the connection, subscriptions included
	 * @return the events in their order, {@code null} if some are missing
	 */
	public @Nullable List<Replay> after(long sequence, ActorConnection connection) {
		if (!this.recording || this.common.lostUpTo > sequence) {
			return null;
		}
		for (Map.Entry<String, Ring> each : this.own.entrySet()) {
			Ring ring = each.getValue();
			boolean wanted = ring.unsubscribed || connection.isSubscribed(each.getKey());
			if (wanted && ring.lostUpTo > sequence) {
				return null;
			}
		}
		return rings().flatMap((ring) -> ring.entries.stream())
			.filter((entry) -> entry.sequence() > sequence && isFor(connection, entry.dispatch()))
			.sorted(Comparator.comparingLong(Entry::sequence))
			.map(Entry::toReplay)
			.toList();
	}

	private static boolean isFor(ActorConnection connection, AddressedEvent dispatch) {
		boolean wanted = !dispatch.subscribed() || connection.wants(dispatch.event(), dispatch.tags());
		try {
			return wanted && dispatch.selection().includes(connection, connection.streamId(), connection.owner());
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s is not sent again to %s: a predicate failed"
				.formatted(SafeText.of(dispatch.event()), connection));
			return false;
		}
	}

	/**
	 * Return the names of the droppable events that a connection has, or may have,
	 * missed.
	 * @param sequence the last position that its client has handled
	 * @param connection the connection, subscriptions included
	 */
	public Set<String> droppedAfter(long sequence, ActorConnection connection) {
		return this.droppable.entrySet()
			.stream()
			.filter((each) -> each.getValue() > sequence)
			.map(Map.Entry::getKey)
			.filter((name) -> name.equals(OTHERS) || connection.isSubscribed(name))
			.collect(Collectors.toCollection(HashSet::new));
	}

	/**
	 * Return how many events are kept.
	 */
	public int size() {
		return rings().mapToInt((ring) -> ring.entries.size()).sum();
	}

	/**
	 * Return how many bytes they take.
	 */
	public long bytes() {
		return this.bytes;
	}

}
