/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToLongBiFunction;

import org.jspecify.annotations.Nullable;

/**
 * The resources that one principal, tenant or remote address uses on the node at the
 * moment. Safe for use by several threads.
 */
final class Share {

	private static final Resource[] RESOURCES = Resource.values();

	/** Part of a limit that is left when the owner is reported. */
	private static final int WARNING_PART = 5;

	private final Kind kind;

	private final String owner;

	private final AtomicLongArray used = new AtomicLongArray(RESOURCES.length);

	private final long[] max = new long[RESOURCES.length];

	private final OwnerRates rates;

	private final LimitWarnings warnings;

	/** Number of clients that hold this; guarded by the map of the shares. */
	private int holders;

	/** Kind of owner. */
	enum Kind {

		PRINCIPAL(List.of(Limit.PRINCIPAL_CALL_RATE, Limit.PRINCIPAL_RECEIVE_RATE, Limit.PRINCIPAL_FAN_OUT_RATE),
				Limit.PRINCIPAL_CALLS, Limit.PRINCIPAL_CONNECTIONS, Limit.PRINCIPAL_SUBSCRIPTIONS,
				Limit.PRINCIPAL_INSTANCES),

		TENANT(List.of(Limit.TENANT_CALL_RATE, Limit.TENANT_RECEIVE_RATE, Limit.TENANT_FAN_OUT_RATE),
				Limit.TENANT_CALLS, Limit.TENANT_CONNECTIONS, Limit.TENANT_SUBSCRIPTIONS, Limit.TENANT_INSTANCES),

		ADDRESS(List.of(Limit.ADDRESS_CALL_RATE, Limit.ADDRESS_RECEIVE_RATE, Limit.ADDRESS_FAN_OUT_RATE),
				Limit.ADDRESS_CALLS, Limit.ADDRESS_CONNECTIONS, Limit.ADDRESS_SUBSCRIPTIONS, Limit.ADDRESS_INSTANCES);

		/** In the order of the kinds of rates. */
		private final List<Limit> rates;

		/** Those of the first resources, in the same order. */
		private final Limit[] limits;

		Kind(List<Limit> rates, Limit... limits) {
			this.rates = rates;
			this.limits = limits;
		}

		List<Limit> rates() {
			return this.rates;
		}

		/** Returns the kind that has a rate, {@code null} for a rate of the node. */
		static @Nullable Kind ofRate(Limit limit) {
			for (Kind kind : values()) {
				if (kind.rates.contains(limit)) {
					return kind;
				}
			}
			return null;
		}

	}

	/**
	 * What a share bounds: numbers, with a limit for each kind of owner, then memory, a
	 * part of which is reserved for others.
	 */
	enum Resource {

		CALLS((share, node) -> share.calls()),

		CONNECTIONS((share, node) -> share.connections()),

		SUBSCRIPTIONS((share, node) -> share.subscriptions()),

		/** Instances that are awake. */
		INSTANCES((share, node) -> share.instances()),

		/** Memory of unanswered calls, beyond the allowance of a connection. */
		PENDING(Limit.NODE_PENDING, (share, node) -> LimitSettings.partOf(node.pendingBytes())),

		/** Memory of subscriptions. */
		KEPT(Limit.NODE_SUBSCRIPTIONS, (share, node) -> LimitSettings.partOf(node.subscriptionBytes())),

		/** Memory of the in-memory store, half of which is reserved for others. */
		STORED(Limit.NODE_STORED, (share, node) -> node.storedBytes() / 2),

		/** Memory of messages that have arrived only partly. */
		RECEIVING(Limit.NODE_RECEIVING, (share, node) -> LimitSettings.partOf(node.receivingBytes())),

		/** Memory of connections and their requests. */
		REQUESTS(Limit.NODE_REQUESTS, (share, node) -> LimitSettings.partOf(node.requestBytes()));

		/** {@code null} if it depends on the kind of owner. */
		private final @Nullable Limit limit;

		private final ToLongBiFunction<LimitSettings.Share, LimitSettings.Node> max;

		Resource(ToLongBiFunction<LimitSettings.Share, LimitSettings.Node> max) {
			this(null, max);
		}

		Resource(@Nullable Limit limit, ToLongBiFunction<LimitSettings.Share, LimitSettings.Node> max) {
			this.limit = limit;
			this.max = max;
		}

		private Limit of(Kind kind) {
			return (this.limit != null) ? this.limit : kind.limits[ordinal()];
		}

		/** Returns whether it is a number, with a limit for each kind of owner. */
		private boolean isNumber() {
			return this.limit == null;
		}

	}

	/**
	 * Creates a share that is not used.
	 * @param kind kind of owner
	 * @param owner the owner
	 * @param max limits of this kind
	 * @param node totals of the node
	 * @param rates rates of the owner
	 * @param warnings receives a warning before a limit is reached
	 */
	Share(Kind kind, String owner, LimitSettings.Share max, LimitSettings.Node node, OwnerRates rates,
			LimitWarnings warnings) {
		this.kind = kind;
		this.owner = owner;
		this.rates = rates;
		this.warnings = warnings;
		for (Resource each : RESOURCES) {
			this.max[each.ordinal()] = each.max.applyAsLong(max, node);
		}
	}

	Kind kind() {
		return this.kind;
	}

	String owner() {
		return this.owner;
	}

	OwnerRates rates() {
		return this.rates;
	}

	/**
	 * Acquires an amount of a resource.
	 * @return the limit that was reached, in which case nothing was acquired;
	 * {@code null} if none
	 */
	@Nullable Limit take(Resource resource, long amount) {
		int index = resource.ordinal();
		long used = this.used.addAndGet(index, amount);
		long max = this.max[index];
		if (used > max) {
			this.used.addAndGet(index, -amount);
			return resource.of(this.kind);
		}
		long much = max - max / WARNING_PART;
		if (used >= much && used - amount < much && resource.isNumber()) {
			this.warnings.add(resource.of(this.kind), this.kind, this.owner, used, max);
		}
		return null;
	}

	/**
	 * Adds to the use of a resource, even beyond its limit: it was accepted before.
	 * @param amount the change; negative to release it
	 */
	void add(Resource resource, long amount) {
		this.used.addAndGet(resource.ordinal(), amount);
	}

	/**
	 * Adds what the owner uses of its limits.
	 * @param now the time in nanoseconds
	 */
	void addTo(LargestUses uses, long now) {
		for (Resource each : RESOURCES) {
			if (each.isNumber()) {
				int index = each.ordinal();
				uses.add(new LimitUse(each.of(this.kind), this.owner, this.used.get(index), this.max[index]));
			}
		}
		this.rates.addTo(uses, this.owner, now);
	}

	void hold() {
		this.holders++;
	}

	void letGo() {
		this.holders--;
	}

	/**
	 * Returns whether the owner uses nothing and a new share would be the same: an owner
	 * does not evade its rates by a new connection.
	 * @param now the time in nanoseconds
	 */
	boolean isUnused(long now) {
		return this.holders == 0 && this.rates.areFull(now);
	}

}
