/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.outbound.QueueListener;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * Records what happens to each event of the instances of this node on its way to each
 * connection, within the bounds of {@link DeliveryLog}. Safe for use by several threads.
 */
public final class DeliveryRecorder implements DeliveryLog {

	/** Most connections whose refused subscriptions and handled positions are known. */
	private static final int MAX_CONNECTIONS = 1_000;

	private final InstantSource clock;

	/** Oldest first. This and the fields below are guarded by this. */
	private final Deque<Sending> sendings = new ArrayDeque<>();

	private final Map<Position, Sending> byPosition = new HashMap<>();

	private final Map<Subscription, Refusal> refusals = new Latest<>();

	/** Last handled position by connection id. */
	private final Map<String, Long> handled = new Latest<>();

	private int count;

	private long bytes;

	private record Subscription(String connectionId, String event) {
	}

	private record Refusal(ActorAddress actor, @Nullable String user, String code) {
	}

	/** The entries that were put last. */
	private static final class Latest<K, V> extends LinkedHashMap<K, V> {

		@Override
		protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
			return size() > MAX_CONNECTIONS;
		}

	}

	/**
	 * Creates an empty record.
	 * @param clock source of the times of events
	 */
	public DeliveryRecorder(InstantSource clock) {
		this.clock = clock;
	}

	@Override
	public Explanation explain(String event) {
		return explain(event, (actor) -> true);
	}

	@Override
	public Explanation explain(ActorAddress actor, String event) {
		return explain(event, (sender) -> sender == null || actor.equals(sender));
	}

	private Explanation explain(String event, Predicate<@Nullable ActorAddress> actors) {
		String name = SafeText.of(event);
		List<Sending> sent = newestFirst((sending) -> actors.test(sending.actor()) && sending.event().equals(name));
		return sent.isEmpty() ? new Explanation(refused(event, actors)) : explanation(sent);
	}

	@Override
	public Explanation explain(ActorAddress actor, long sequence) {
		return explain((sending) -> {
			Position position = sending.position();
			return actor.equals(sending.actor()) && position != null && position.sequence() == sequence;
		});
	}

	@Override
	public Explanation explain(ActorAddress actor) {
		return explain((sending) -> actor.equals(sending.actor()));
	}

	private Explanation explain(Predicate<Sending> which) {
		return explanation(newestFirst(which));
	}

	private Explanation explanation(List<Sending> newestFirst) {
		return newest(newestFirst, (delivery) -> true, Integer.MAX_VALUE);
	}

	/**
	 * Returns the newest deliveries, the oldest of them first. If an event is named and
	 * none was sent, returns the subscriptions to it that were refused.
	 * @param filter what is returned
	 * @param limit most deliveries
	 */
	public Explanation newest(DeliveryFilter filter, int limit) {
		List<Sending> sent = newestFirst(filter::includes);
		if (sent.isEmpty() && filter.event() != null && filter.sequence() == null) {
			List<Delivery> refused = refused(filter.event(), filter::isSender).stream()
				.filter(filter::includes)
				.toList();
			return new Explanation(refused.subList(Math.max(0, refused.size() - limit), refused.size()));
		}
		return newest(sent, filter::includes, limit);
	}

	/**
	 * The lock is held for one event at a time, so that sending does not wait for all.
	 */
	private static Explanation newest(List<Sending> newestFirst, Predicate<Delivery> which, int limit) {
		Deque<Delivery> found = new ArrayDeque<>();
		for (Sending sending : newestFirst) {
			List<Delivery> deliveries = sending.deliveries();
			for (int i = deliveries.size() - 1; i >= 0 && found.size() < limit; i--) {
				if (which.test(deliveries.get(i))) {
					found.addFirst(deliveries.get(i));
				}
			}
			if (found.size() >= limit) {
				break;
			}
		}
		return new Explanation(List.copyOf(found));
	}

	private synchronized List<Sending> newestFirst(Predicate<Sending> which) {
		List<Sending> found = new ArrayList<>();
		this.sendings.descendingIterator().forEachRemaining((sending) -> {
			if (which.test(sending)) {
				found.add(sending);
			}
		});
		return found;
	}

	/** Returns the refused subscriptions to an event that was not sent. */
	private synchronized List<Delivery> refused(String event, Predicate<@Nullable ActorAddress> actors) {
		List<Delivery> deliveries = new ArrayList<>();
		this.refusals.forEach((subscription, refusal) -> {
			if (actors.test(refusal.actor()) && subscription.event().equals(event)) {
				deliveries.add(new Delivery(refusal.actor(), SafeText.of(event), null, this.clock.instant(),
						subscription.connectionId(), refusal.user(),
						List.of(new Delivery.Step(Delivery.Kind.REFUSED, refusal.code()))));
			}
		});
		return deliveries;
	}

	@Override
	public synchronized void clear() {
		while (!this.sendings.isEmpty()) {
			removeOldest();
		}
		this.refusals.clear();
		this.handled.clear();
	}

	/**
	 * Returns the record of one instance.
	 * @param actor address of the instance
	 */
	public InstanceDeliveries of(ActorAddress actor) {
		return new InstanceDeliveries(this, actor);
	}

	/** Returns the record of events that are sent to the connections of all actors. */
	public InstanceDeliveries ofNode() {
		return new InstanceDeliveries(this, null);
	}

	/**
	 * Records that a client has handled all messages up to a position.
	 * @param connectionId id of its connection
	 * @param position the last message that it has handled, in the epoch of its
	 * connection
	 */
	public synchronized void handled(String connectionId, long position) {
		this.handled.put(connectionId, position);
	}

	/**
	 * Returns a listener that records what happens in the queue of a connection.
	 * @param connectionId id of the connection
	 * @param user name of its user, {@code null} if it is anonymous
	 */
	public QueueListener queueOf(String connectionId, @Nullable String user) {
		return new QueueListener() {

			@Override
			public void early(EncodedMessage message) {
				add(message, Delivery.Kind.EARLY, null);
			}

			@Override
			public void dropped(EncodedMessage message, String reason) {
				add(message, Delivery.Kind.DROPPED, reason);
			}

			@Override
			public void written(EncodedMessage message) {
				add(message, Delivery.Kind.WRITTEN, null);
			}

			private void add(EncodedMessage message, Delivery.Kind kind, @Nullable String reason) {
				Sending sending = (message.position() != null) ? find(message.position()) : null;
				if (sending != null) {
					sending.add(connectionId, user, kind, reason);
				}
			}

		};
	}

	// Called by the record of an instance and by the events

	synchronized Sending begin(@Nullable ActorAddress actor, String event) {
		Sending sending = new Sending(this, actor, event, this.clock.instant());
		this.sendings.add(sending);
		count(0, sending.ownBytes());
		return sending;
	}

	synchronized @Nullable Sending find(Position position) {
		return this.byPosition.get(position);
	}

	synchronized void index(Sending sending, Position position) {
		this.byPosition.put(position, sending);
	}

	synchronized void count(int deliveries, long bytes) {
		this.count += deliveries;
		this.bytes += bytes;
		while (deliveries >= 0 && this.sendings.size() > 1 && (this.count > MAX_DELIVERIES || this.bytes > MAX_BYTES)) {
			removeOldest();
		}
	}

	private void removeOldest() {
		removed(this.sendings.remove());
	}

	synchronized void discard(Sending sending) {
		if (this.sendings.remove(sending)) {
			removed(sending);
		}
	}

	private void removed(Sending sending) {
		Position position = sending.position();
		if (position != null) {
			this.byPosition.remove(position, sending);
		}
		sending.remove();
	}

	synchronized boolean isHandled(String connectionId, Position position) {
		Long last = this.handled.get(connectionId);
		return last != null && last >= position.sequence();
	}

	synchronized void refused(ActorAddress actor, String connectionId, @Nullable String user, String event,
			String code) {
		this.refusals.put(new Subscription(connectionId, event), new Refusal(actor, user, code));
	}

	synchronized void allowed(String connectionId, String event) {
		this.refusals.remove(new Subscription(connectionId, event));
	}

	synchronized @Nullable String refusal(String connectionId, String event) {
		Refusal refusal = this.refusals.get(new Subscription(connectionId, event));
		return (refusal != null) ? refusal.code() : null;
	}

	synchronized List<Sending> after(ActorAddress actor, Position from) {
		return this.sendings.stream()
			.filter((sending) -> actor.equals(sending.actor()) && sending.isAfter(from))
			.toList();
	}

}
