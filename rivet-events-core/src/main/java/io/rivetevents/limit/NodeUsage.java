/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.TenantResolver;
import io.rivetevents.protocol.ErrorCode;

/**
 * The resources that all clients of a node use together, and the shares of principals,
 * tenants and remote addresses. Safe for use by several threads.
 */
final class NodeUsage {

	/** In the order of the kinds of rates. */
	private static final List<Limit> RATES = List.of(Limit.NODE_CALL_RATE, Limit.NODE_RECEIVE_RATE,
			Limit.NODE_FAN_OUT_RATE);

	/** Part of the connections that is reserved for clients that resume: one eighth. */
	private static final int RESERVED = 8;

	private final LimitHits hits;

	private final LimitWarnings warnings;

	private final LimitSettings settings;

	private final ByteBudget pending;

	private final ByteBudget subscriptions;

	private final ByteBudget receiving;

	private final ByteBudget requests;

	private final Shares principals;

	private final Shares tenants;

	private final Shares addresses;

	private final TenantResolver tenantOf;

	private final LongSupplier clock;

	private final boolean limitsCalls;

	private final boolean limitsReceived;

	private final boolean limitsDeliveries;

	private final OwnerRates rates;

	private final AtomicInteger connections = new AtomicInteger();

	/** Connections beyond which places are for clients that resume. */
	private final int unreserved;

	/**
	 * Creates the usage of a node without clients.
	 * @param settings its limits
	 * @param clock returns the time in nanoseconds
	 * @param tenantOf finds the tenants of clients
	 */
	NodeUsage(LimitSettings settings, LongSupplier clock, TenantResolver tenantOf) {
		this.hits = new LimitHits(clock);
		this.warnings = new LimitWarnings(clock);
		this.settings = settings;
		this.unreserved = settings.node().connections() - settings.node().connections() / RESERVED;
		this.tenantOf = tenantOf;
		LimitSettings.Node node = settings.node();
		this.pending = new ByteBudget(Limit.NODE_PENDING, node.pendingBytes(), this.hits);
		this.subscriptions = new ByteBudget(Limit.NODE_SUBSCRIPTIONS, node.subscriptionBytes(), this.hits);
		this.receiving = new ByteBudget(Limit.NODE_RECEIVING, node.receivingBytes(), this.hits);
		this.requests = new ByteBudget(Limit.NODE_REQUESTS, node.requestBytes(), this.hits);
		LimitSettings.Rates rates = settings.rates();
		this.clock = clock;
		this.limitsCalls = rates.all().stream().anyMatch((rate) -> rate.calls() > 0);
		this.limitsReceived = rates.all().stream().anyMatch((rate) -> rate.receivedBytes() > 0);
		this.limitsDeliveries = rates.all().stream().anyMatch((rate) -> rate.deliveries() > 0);
		this.rates = new OwnerRates(rates.node(), RATES, clock.getAsLong());
		this.principals = newShares(Share.Kind.PRINCIPAL, settings.principal(), rates.principal());
		this.tenants = newShares(Share.Kind.TENANT, settings.tenant(), rates.tenant());
		this.addresses = newShares(Share.Kind.ADDRESS, settings.address(), rates.address());
	}

	private Shares newShares(Share.Kind kind, LimitSettings.Share max, LimitSettings.Rate rate) {
		return new Shares(kind, max, this.settings.node(), rate, this.clock, this.warnings);
	}

	LimitSettings settings() {
		return this.settings;
	}

	LimitHits hits() {
		return this.hits;
	}

	LimitWarnings warnings() {
		return this.warnings;
	}

	ByteBudget pending() {
		return this.pending;
	}

	ByteBudget subscriptions() {
		return this.subscriptions;
	}

	ByteBudget receiving() {
		return this.receiving;
	}

	ByteBudget requests() {
		return this.requests;
	}

	Shares shares(Share.Kind kind) {
		return switch (kind) {
			case PRINCIPAL -> this.principals;
			case TENANT -> this.tenants;
			case ADDRESS -> this.addresses;
		};
	}

	/**
	 * Holds a share.
	 * @param owner its owner, {@code null} for none
	 */
	HeldShares hold(Share.Kind kind, @Nullable String owner) {
		return (owner != null) ? new HeldShares(shares(kind).hold(owner)) : HeldShares.NONE;
	}

	/**
	 * Holds the shares of a client that is identified, without that of its address.
	 */
	HeldShares hold(Identity identity) {
		String tenant = this.tenantOf.tenantOf(identity); // first: it may throw
		return hold(Share.Kind.PRINCIPAL, identity.owner()).and(hold(Share.Kind.TENANT, tenant));
	}

	/**
	 * Counts a call of a client in all rates, or in none. Earlier calls may have caused
	 * more deliveries than the rates permit.
	 * @return the excess; {@code null} if none
	 */
	@Nullable RateExcess call(HeldShares client) {
		if (!this.limitsCalls && !this.limitsDeliveries) {
			return null;
		}
		long now = now();
		RateExcess debt = client.debt(OwnerRates.Kind.DELIVERIES, now, this.rates);
		return hit(client, (debt != null) ? debt : client.take(OwnerRates.Kind.CALLS, 1, 1, now, this.rates));
	}

	/** Returns whether any rate of deliveries is limited. */
	boolean limitsDeliveries() {
		return this.limitsDeliveries;
	}

	/** Counts deliveries that a call of a client has caused in all rates. */
	void deliver(HeldShares client, int deliveries) {
		client.charge(OwnerRates.Kind.DELIVERIES, deliveries, now(), this.rates);
	}

	/** Returns whether any rate of received bytes is limited. */
	boolean limitsReceived() {
		return this.limitsReceived;
	}

	/**
	 * Counts the bytes of a message of a client in all rates, or in none.
	 * @param bursts how many bursts may be in use afterwards
	 * @return the excess; {@code null} if none
	 */
	@Nullable RateExcess receive(HeldShares client, int bytes, int bursts) {
		return this.limitsReceived
				? hit(client, client.take(OwnerRates.Kind.RECEIVED, bytes, bursts, now(), this.rates)) : null;
	}

	private @Nullable RateExcess hit(HeldShares client, @Nullable RateExcess excess) {
		if (excess != null) {
			Limit limit = excess.limit();
			this.hits.add(limit);
			Share.Kind kind = Share.Kind.ofRate(limit);
			this.warnings.add(limit, kind, (kind != null) ? client.owner(kind) : null, excess.perSecond(),
					excess.perSecond());
		}
		return excess;
	}

	long now() {
		return this.clock.getAsLong();
	}

	/**
	 * Counts a connection.
	 * @param resumes whether its client claims to resume a stream
	 * @return whether it is within the limit; if not, it does not count
	 */
	boolean connectionOpened(boolean resumes) {
		int max = resumes ? this.settings.node().connections() : this.unreserved;
		if (this.connections.incrementAndGet() > max) {
			this.connections.decrementAndGet();
			return false;
		}
		return true;
	}

	/**
	 * Returns whether so many connections are open that a new client gets no place.
	 */
	boolean isReserved() {
		return this.connections.get() > this.unreserved;
	}

	void connectionClosed() {
		this.connections.decrementAndGet();
	}

	/** Returns how many connections are open. */
	int connections() {
		return this.connections.get();
	}

	/**
	 * Returns the owners that use most of each limit, and what the node uses.
	 * @param most most owners of each limit
	 */
	List<LimitUse> largest(int most) {
		long now = now();
		LargestUses uses = new LargestUses(most);
		for (Share.Kind kind : Share.Kind.values()) {
			shares(kind).addTo(uses, now);
		}
		uses.add(new LimitUse(Limit.NODE_CONNECTIONS, null, connections(), this.settings.node().connections()));
		this.rates.addTo(uses, null, now);
		return uses.list();
	}

	/**
	 * Counts that a limit was reached.
	 * @return the error for the client
	 */
	RivetException overloaded(Limit met, String operation) {
		this.hits.add(met);
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
				Map.of("channel", met.property(), "operation", operation));
	}

}
