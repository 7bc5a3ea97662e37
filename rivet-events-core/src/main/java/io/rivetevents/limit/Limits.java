/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.TenantResolver;
import io.rivetevents.limit.address.RemoteAddresses;
import io.rivetevents.protocol.ErrorCode;

/**
 * The limits of a node: their values, the usage of the limits shared by all clients, and
 * how often each was reached. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Limits {

	/** Divisor of the heap for events that wait for the application's listeners. */
	private static final int APPLICATION_EVENTS = 32;

	private final LimitSettings settings;

	private final NodeUsage node;

	private final ByteBudget queued;

	private final ByteBudget history;

	private final ByteBudget answers;

	private final ByteBudget awake;

	private final ByteBudget stored;

	private final ByteBudget sending;

	private final ByteBudget compression;

	private final ByteBudget answering;

	private final ByteBudget applicationEvents;

	private final RemoteAddresses remoteAddresses;

	/**
	 * Creates limits with the clock of this process.
	 * @param settings their values
	 */
	public Limits(LimitSettings settings) {
		this(settings, System::nanoTime);
	}

	/**
	 * Creates the limits.
	 * @param settings their values
	 * @param clock returns the time in nanoseconds, for the period in which a limit that
	 * is reached is logged once
	 */
	public Limits(LimitSettings settings, LongSupplier clock) {
		this(settings, clock, TenantResolver.NONE);
	}

	/**
	 * Creates the limits of an application.
	 * @param settings their values
	 * @param clock returns the time in nanoseconds
	 * @param tenantOf finds the tenants of clients
	 */
	public Limits(LimitSettings settings, LongSupplier clock, TenantResolver tenantOf) {
		this.settings = settings;
		this.node = new NodeUsage(settings, clock, tenantOf);
		LimitHits hits = this.node.hits();
		LimitSettings.Node node = settings.node();
		this.queued = new ByteBudget(Limit.NODE_QUEUED, node.queuedBytes(), hits);
		this.history = new ByteBudget(Limit.NODE_HISTORY, node.historyBytes(), hits);
		this.answers = new ByteBudget(Limit.NODE_ANSWERS, node.answerBytes(), hits);
		this.awake = new ByteBudget(Limit.NODE_AWAKE, node.awakeBytes(), hits);
		this.stored = new ByteBudget(Limit.NODE_STORED, node.storedBytes(), hits);
		this.sending = new ByteBudget(Limit.NODE_SENDING, node.sendingBytes(), hits);
		this.compression = new ByteBudget(Limit.NODE_COMPRESSION, node.compressionBytes(), hits);
		this.answering = new ByteBudget(Limit.NODE_SENDING, node.sendingBytes() / 2, hits);
		this.applicationEvents = new ByteBudget(Limit.APPLICATION_EVENTS,
				Runtime.getRuntime().maxMemory() / APPLICATION_EVENTS, hits);
		this.remoteAddresses = new RemoteAddresses(settings.trustedProxies());
	}

	/**
	 * Returns limits for the memory of this process, for a test.
	 */
	public static Limits defaults() {
		return new Limits(LimitSettings.DEFAULTS);
	}

	/**
	 * Returns the values.
	 */
	public LimitSettings settings() {
		return this.settings;
	}

	/**
	 * Returns how often each limit was reached.
	 */
	public LimitHits hits() {
		return this.node.hits();
	}

	/**
	 * Sets the listener that receives a warning when an owner comes close to a limit.
	 */
	public void onWarning(LimitListener listener) {
		this.node.warnings().listen(listener);
	}

	/**
	 * Returns the memory of messages that wait or run.
	 */
	public ByteBudget pending() {
		return this.node.pending();
	}

	/**
	 * Returns the memory of bytes that wait to be written.
	 */
	public ByteBudget queued() {
		return this.queued;
	}

	/**
	 * Returns the memory of subscriptions.
	 */
	public ByteBudget subscriptions() {
		return this.node.subscriptions();
	}

	/**
	 * Returns the memory of recorded events for clients that resume.
	 */
	public ByteBudget history() {
		return this.history;
	}

	/**
	 * Returns the memory of answers that are kept for repeated calls.
	 */
	public ByteBudget answers() {
		return this.answers;
	}

	/**
	 * Returns the memory of awake instances.
	 */
	public ByteBudget awake() {
		return this.awake;
	}

	/**
	 * Returns the memory of instances in the in-memory store.
	 */
	public ByteBudget stored() {
		return this.stored;
	}

	/**
	 * Returns the direct memory of data that has arrived only partly.
	 */
	public ByteBudget receiving() {
		return this.node.receiving();
	}

	/**
	 * Returns the memory of one message that has arrived only partly, which also counts
	 * for the remote address.
	 * @param address address of the client, {@code null} if unknown
	 */
	public Reception receivingFrom(@Nullable InetAddress address) {
		return new Reception(this.node, Share.Resource.RECEIVING, receiving(), this.remoteAddresses.ownerOf(address));
	}

	/**
	 * Returns the memory of connections that are not to an actor, and of unanswered
	 * requests.
	 */
	public ByteBudget requests() {
		return this.node.requests();
	}

	/**
	 * Returns the memory of one connection and its requests, which also counts for the
	 * remote address.
	 * @param address address of the peer, {@code null} if unknown
	 */
	public Reception requestsFrom(@Nullable InetAddress address) {
		return new Reception(this.node, Share.Resource.REQUESTS, requests(), this.remoteAddresses.ownerOf(address));
	}

	/**
	 * Returns the direct memory of data that sockets have not accepted.
	 */
	public ByteBudget sending() {
		return this.sending;
	}

	/**
	 * Returns the memory of sockets with compression.
	 */
	public ByteBudget compression() {
		return this.compression;
	}

	/**
	 * Acquires direct memory for an answer over HTTP. All answers may use at most half of
	 * {@link #sending}: when that is exhausted, other connections are closed, but not
	 * those of answers.
	 * @return whether it was acquired
	 */
	public boolean tryAnswer(long bytes) {
		if (!this.answering.tryAcquire(bytes)) {
			return false;
		}
		if (!this.sending.tryAcquire(bytes)) {
			this.answering.release(bytes);
			return false;
		}
		return true;
	}

	/**
	 * Releases the memory of an answer.
	 */
	public void answered(long bytes) {
		this.sending.release(bytes);
		this.answering.release(bytes);
	}

	/**
	 * Returns the memory of events that wait for the application's listeners.
	 */
	public ByteBudget applicationEvents() {
		return this.applicationEvents;
	}

	/**
	 * Returns the memory of everything that has a limit for the whole node.
	 */
	public List<ByteBudget> budgets() {
		return List.of(pending(), this.queued, subscriptions(), this.history, this.answers, this.awake, this.stored,
				receiving(), requests(), this.sending, this.compression, this.applicationEvents);
	}

	// Clients

	/**
	 * Returns whether an address belongs to a trusted proxy. Loopback does not, unless
	 * configured.
	 * @param address the address
	 */
	public boolean isTrustedProxy(InetAddress address) {
		return this.remoteAddresses.isTrusted(address);
	}

	/**
	 * Returns the owner of the share of an address.
	 * @param address the address, {@code null} if unknown
	 * @return {@code null} if it has no share
	 */
	public @Nullable String shareOf(@Nullable InetAddress address) {
		return this.remoteAddresses.ownerOf(address);
	}

	/**
	 * Returns whether trusted proxies are configured.
	 */
	public boolean hasTrustedProxies() {
		return !this.settings.trustedProxies().isEmpty();
	}

	/**
	 * Opens a connection, whose principal may not be authenticated yet. The last eighth
	 * of the connections of the node is reserved for clients that resume a stream.
	 * @param address its remote address, {@code null} if unknown
	 * @param resumes whether the client claims to resume a stream, which it must
	 * {@linkplain ClientUsage#prove prove} later
	 * @return its usage, to be closed with it
	 * @throws RivetException {@code connection.too_many}
	 */
	public ClientUsage connect(@Nullable InetAddress address, boolean resumes) {
		if (!this.node.connectionOpened(resumes)) {
			throw tooMany(Limit.NODE_CONNECTIONS);
		}
		ClientUsage usage = new ClientUsage(this.node, ofAddress(address), true);
		usage.setUnproven(resumes);
		Limit met = usage.open();
		if (met != null) {
			usage.abandon();
			throw tooMany(met);
		}
		return usage;
	}

	/**
	 * Begins a request without a connection.
	 * @param client identity of its client
	 * @param bytes memory of the request
	 * @param operation name of the operation in errors
	 * @return its usage, to be closed when it has been answered
	 * @throws RivetException {@code actor.overloaded}
	 */
	public RequestUsage visit(Identity client, long bytes, String operation) {
		HeldShares more = this.node.hold(client);
		ClientUsage usage = new ClientUsage(this.node, ofAddress(client.address()), false);
		usage.add(more);
		RateExcess excess = usage.call();
		if (excess != null) {
			usage.close();
			throw excess.toError();
		}
		Limit met = usage.begin(bytes);
		if (met != null) {
			usage.close();
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", met.property(), "operation", operation));
		}
		return new RequestUsage(usage, bytes);
	}

	/**
	 * Counts the bytes of a request without a connection, where rates of received bytes
	 * are limited.
	 * @param client identity of its client
	 * @param bytes size of its body
	 * @throws RivetException {@code actor.overloaded}
	 */
	public void receive(Identity client, int bytes) {
		if (!this.node.limitsReceived()) {
			return;
		}
		HeldShares more = this.node.hold(client);
		HeldShares shares = ofAddress(client.address()).and(more);
		RateExcess excess = this.node.receive(shares, bytes, 1);
		shares.release(this.node);
		if (excess != null) {
			throw excess.toError();
		}
	}

	private HeldShares ofAddress(@Nullable InetAddress address) {
		return this.node.hold(Share.Kind.ADDRESS, this.remoteAddresses.ownerOf(address));
	}

	/**
	 * Checks, before a message is read, whether there is memory for it.
	 * @param bytes least memory that it uses
	 * @throws RivetException {@code actor.overloaded}
	 */
	public void checkRoom(long bytes) {
		if (pending().used() + bytes > pending().max()) {
			throw overloaded(Limit.NODE_PENDING, "action");
		}
	}

	/**
	 * Counts an instance that a client creates.
	 * @param client identity of the client
	 * @return its entry in the shares, to be closed when the instance leaves memory
	 * @throws RivetException {@code actor.overloaded}
	 */
	public CreatedInstance create(Identity client) {
		HeldShares more = this.node.hold(client);
		HeldShares shares = ofAddress(client.address()).and(more);
		CreatedInstance created = new CreatedInstance(this.node, shares);
		Limit met = created.open();
		if (met != null) {
			throw overloaded(met, "create");
		}
		return created;
	}

	/**
	 * Counts that a limit was reached.
	 * @return the error for the client
	 */
	public RivetException overloaded(Limit met, String operation) {
		return this.node.overloaded(met, operation);
	}

	private RivetException tooMany(Limit limit) {
		hits().add(limit);
		return new RivetException(ErrorCode.TOO_MANY_CONNECTIONS);
	}

	/**
	 * Returns the owners that use most of each limit for users, tenants and addresses,
	 * the largest of each limit first, and what the node uses of its connections and
	 * rates.
	 * @param most most owners of each limit
	 */
	public List<LimitUse> largest(int most) {
		return this.node.largest(most);
	}

	/**
	 * Returns how many connections are open.
	 */
	public int connections() {
		return this.node.connections();
	}

	/** Returns the usage of all clients. */
	NodeUsage usage() {
		return this.node;
	}

}
