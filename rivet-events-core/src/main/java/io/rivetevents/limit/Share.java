/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The resources that one principal or one remote address uses on the node at the moment.
 * Safe for use by several threads.
 */
final class Share {

	private final Kind kind;

	private final LimitSettings.Share max;

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger subscriptions = new AtomicInteger();

	private final AtomicInteger instances = new AtomicInteger();

	private final AtomicLong pendingBytes = new AtomicLong();

	private final AtomicLong subscriptionBytes = new AtomicLong();

	private final long maxPendingBytes;

	private final long maxSubscriptionBytes;

	private final Map<Memory, AtomicLong> memory = new EnumMap<>(Memory.class);

	private final LimitSettings.Node node;

	private final AtomicLong storedBytes = new AtomicLong();

	private final long maxStoredBytes;

	/** Number of clients that hold this; guarded by the map of the shares. */
	private int holders;

	/** Kind of owner. */
	enum Kind {

		PRINCIPAL(Limit.PRINCIPAL_CALLS, Limit.PRINCIPAL_CONNECTIONS, Limit.PRINCIPAL_SUBSCRIPTIONS,
				Limit.PRINCIPAL_INSTANCES),

		ADDRESS(Limit.ADDRESS_CALLS, Limit.ADDRESS_CONNECTIONS, Limit.ADDRESS_SUBSCRIPTIONS, Limit.ADDRESS_INSTANCES);

		private final Limit calls;

		private final Limit connections;

		private final Limit subscriptions;

		private final Limit instances;

		Kind(Limit calls, Limit connections, Limit subscriptions, Limit instances) {
			this.calls = calls;
			this.connections = connections;
			this.subscriptions = subscriptions;
			this.instances = instances;
		}

	}

	/** Memory that is used before a client is identified. */
	enum Memory {

		/** Messages that have arrived only partly. */
		RECEIVING(LimitSettings.Node::receivingBytes),

		/** Connections and their requests. */
		REQUESTS(LimitSettings.Node::requestBytes);

		private final ToLongFunction<LimitSettings.Node> max;

		Memory(ToLongFunction<LimitSettings.Node> max) {
			this.max = max;
		}

	}

	Share(Kind kind, LimitSettings.Share max, LimitSettings.Node node) {
		this.kind = kind;
		this.max = max;
		this.maxPendingBytes = LimitSettings.partOf(node.pendingBytes());
		this.maxSubscriptionBytes = LimitSettings.partOf(node.subscriptionBytes());
		this.node = node;
		for (Memory each : Memory.values()) {
			this.memory.put(each, new AtomicLong());
		}
		this.maxStoredBytes = node.storedBytes() / 2;
	}

	/**
	 * Acquires memory of unanswered calls, beyond the allowance of a connection.
	 * @return whether it was acquired
	 */
	boolean lease(long bytes) {
		return take(this.pendingBytes, bytes, this.maxPendingBytes);
	}

	void giveBack(long bytes) {
		this.pendingBytes.addAndGet(-bytes);
	}

	/**
	 * Acquires memory of subscriptions.
	 * @return whether it was acquired
	 */
	boolean keep(long bytes) {
		return take(this.subscriptionBytes, bytes, this.maxSubscriptionBytes);
	}

	void forget(long bytes) {
		this.subscriptionBytes.addAndGet(-bytes);
	}

	private static boolean take(AtomicLong taken, long bytes, long max) {
		if (taken.addAndGet(bytes) <= max) {
			return true;
		}
		taken.addAndGet(-bytes);
		return false;
	}

	@Nullable Limit beginCall() {
		return take(this.calls, this.max.calls(), this.kind.calls);
	}

	void endCall() {
		this.calls.decrementAndGet();
	}

	@Nullable Limit connect() {
		return take(this.connections, this.max.connections(), this.kind.connections);
	}

	void disconnect() {
		this.connections.decrementAndGet();
	}

	@Nullable Limit subscribe() {
		return take(this.subscriptions, this.max.subscriptions(), this.kind.subscriptions);
	}

	void unsubscribe(int count) {
		this.subscriptions.addAndGet(-count);
	}

	@Nullable Limit create() {
		return take(this.instances, this.max.instances(), this.kind.instances);
	}

	/** Counts an instance that wakes, even beyond the limit: it was accepted before. */
	void wake() {
		this.instances.incrementAndGet();
	}

	/**
	 * Acquires memory of one kind, a quarter of which is reserved for others.
	 * @return whether it was acquired
	 */
	boolean take(Memory kind, long bytes) {
		return take(of(kind), bytes, LimitSettings.partOf(kind.max.applyAsLong(this.node)));
	}

	void giveBack(Memory kind, long bytes) {
		of(kind).addAndGet(-bytes);
	}

	private AtomicLong of(Memory kind) {
		return Objects.requireNonNull(this.memory.get(kind));
	}

	/**
	 * Acquires memory of the in-memory store, half of which is reserved for others.
	 * @return whether it was acquired
	 */
	boolean store(long bytes) {
		return take(this.storedBytes, bytes, this.maxStoredBytes);
	}

	void discard(long bytes) {
		this.storedBytes.addAndGet(-bytes);
	}

	void leave() {
		this.instances.decrementAndGet();
	}

	private static @Nullable Limit take(AtomicInteger count, int max, Limit limit) {
		if (count.incrementAndGet() <= max) {
			return null;
		}
		count.decrementAndGet();
		return limit;
	}

	void hold() {
		this.holders++;
	}

	/**
	 * Ends a hold.
	 * @return whether there are no more holds
	 */
	boolean letGo() {
		return --this.holders == 0;
	}

}
