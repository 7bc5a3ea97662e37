/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.Identity;

/**
 * The resources that one client uses on the node at the moment: one connection, or one
 * call over HTTP. They also count in the shares of its principal, its tenant and its
 * remote address. Safe for use by several threads.
 */
public final class ClientUsage {

	/**
	 * Memory of unanswered calls of one connection that the node total does not include.
	 */
	private static final long ALLOWANCE = 8 * 1024;

	private static final long LEASE = 16 * 1024;

	/** Times the rate, for some seconds, at which a client is closed. */
	private static final long FLOOD = 10;

	private static final int FLOOD_SECONDS = 3;

	/** Bursts within which a message is accepted that has no answer. */
	private static final int UNANSWERED_BURSTS = 2;

	private static final int OVER = Integer.MIN_VALUE / 2;

	private final NodeUsage node;

	private final LimitSettings.Connection max;

	private final long allowance;

	/** That of its address, if it has one. */
	private final HeldShares first;

	/** All of them: with those that it has once it is identified. */
	private volatile HeldShares shares;

	private final @Nullable String address;

	private volatile @Nullable String owner;

	/** Negative once nothing of the client counts any more. */
	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicLong pending = new AtomicLong();

	/** Part of the node total; guarded by this. */
	private long leased;

	private volatile boolean leasing;

	/** Guarded by this. */
	private int subscriptions;

	/** Guarded by this. */
	private long subscriptionBytes;

	/**
	 * Part of the subscriptions of the node, until the client has disconnected; guarded
	 * by this.
	 */
	private long kept;

	/** Its rejected messages, {@code null} before the first. */
	private @Nullable Rate rejected;

	private volatile boolean closed;

	/** Whether the client claims to resume a stream and has not proven it. */
	private volatile boolean unproven;

	/** Whether the connection is in the list of an instance. */
	private volatile boolean entered;

	/** Guarded by this. */
	private boolean gone;

	private final boolean connection;

	/**
	 * Creates the usage of a client.
	 * @param node usage of all clients
	 * @param first the share of its address, if it has one, to be released with it
	 * @param connection whether it counts as a connection
	 */
	ClientUsage(NodeUsage node, HeldShares first, boolean connection) {
		this.node = node;
		this.max = node.settings().connection();
		this.connection = connection;
		this.allowance = connection ? ALLOWANCE : 0;
		this.first = first;
		this.shares = first;
		this.address = first.owner(Share.Kind.ADDRESS);
	}

	@Nullable Limit open() {
		return this.first.take(Share.Resource.CONNECTIONS, 1);
	}

	void setUnproven(boolean unproven) {
		this.unproven = unproven;
	}

	/**
	 * Decides about the claim of a client that it resumes a stream. Without a proof it
	 * keeps its place only if a new client would get one; otherwise it is
	 * {@linkplain #close closed}. No effect for a client that claims nothing, and when
	 * called again.
	 * @param proven whether the stream is its own
	 * @return the limit that was reached, {@code null} if the client keeps its place
	 */
	public @Nullable Limit prove(boolean proven) {
		boolean lost = this.unproven && !proven && this.node.isReserved();
		this.unproven = false;
		if (!lost) {
			return null;
		}
		close();
		return hit(Limit.NODE_CONNECTIONS);
	}

	/**
	 * Adds the shares of its principal and its tenant, once it is identified. Must be
	 * called at most once.
	 * @param identity its identity, which may be anonymous
	 * @return the limit that was reached, {@code null} if none
	 */
	public @Nullable Limit identify(Identity identity) {
		return this.closed ? null : add(this.node.hold(identity));
	}

	/**
	 * Adds shares, to be released with it.
	 * @return the limit that was reached, {@code null} if none
	 */
	synchronized @Nullable Limit add(HeldShares more) {
		Limit met = (this.connection && !this.gone) ? more.take(Share.Resource.CONNECTIONS, 1) : null;
		if (met != null || this.gone) {
			more.release(this.node);
			return (met != null) ? hit(met) : null;
		}
		more.add(Share.Resource.PENDING, this.leased);
		this.shares = this.first.and(more);
		this.owner = more.owner(Share.Kind.PRINCIPAL);
		return null;
	}

	/**
	 * Returns whether any rate of deliveries is limited.
	 */
	public boolean limitsDeliveries() {
		return this.node.limitsDeliveries();
	}

	/**
	 * Counts deliveries of events in the rates of its shares and of the node, also beyond
	 * them. Later {@linkplain #call calls} are rejected until the rates permit them.
	 * @param deliveries number of connections that were targeted
	 */
	public void deliver(int deliveries) {
		this.node.deliver(this.shares, deliveries);
	}

	/**
	 * Counts a call in the rates of its shares and of the node. Called before it begins.
	 * @return the excess, in which case the call must be rejected; {@code null} if none
	 */
	public @Nullable RateExcess call() {
		return this.node.call(this.shares);
	}

	/**
	 * Returns whether any rate of received bytes is limited.
	 */
	public boolean limitsReceived() {
		return this.node.limitsReceived();
	}

	/**
	 * Counts the bytes of a message in the rates of its shares and of the node.
	 * @param bytes size of the message
	 * @param answered whether the client receives an error if the message is rejected;
	 * any other message is also accepted within a further burst
	 * @return the excess, in which case the message must be rejected; {@code null} if
	 * none
	 */
	public @Nullable RateExcess receive(int bytes, boolean answered) {
		return this.node.receive(this.shares, bytes, answered ? 1 : UNANSWERED_BURSTS);
	}

	/**
	 * Notes that a message was rejected because of a rate.
	 * @return whether to close the client: for a while it has sent more than ten times
	 * the rate
	 */
	public synchronized boolean isFlooding(RateExcess excess) {
		long now = this.node.now();
		if (this.rejected == null) {
			this.rejected = new Rate(excess.limit(), 1, FLOOD_SECONDS * Rate.SECOND, now);
		}
		return this.rejected.takeNanos(Math.min(excess.nanos() / FLOOD, Rate.SECOND), 1, now) != null;
	}

	/**
	 * Begins a call or another message that waits for its turn.
	 * @param bytes memory that it uses
	 * @return the limit that was reached, in which case nothing has begun; {@code null}
	 * if none
	 */
	public @Nullable Limit begin(long bytes) {
		Limit met = beginHere(bytes);
		if (met != null) {
			return (this.calls.get() < 0) ? met : hit(met); // not after the end
		}
		met = this.shares.take(Share.Resource.CALLS, 1);
		if (met != null) {
			giveBackHere(bytes);
			endCall();
			return hit(met);
		}
		return null;
	}

	private @Nullable Limit beginHere(long bytes) {
		int count = this.calls.incrementAndGet();
		if (count > this.max.calls() || count < 0) {
			endCall();
			return Limit.CONNECTION_CALLS;
		}
		long taken = this.pending.addAndGet(bytes);
		Limit met = null;
		if (taken > this.max.pendingBytes()) {
			met = Limit.CONNECTION_PENDING;
		}
		else if (taken > this.allowance && !lease()) {
			met = Limit.NODE_PENDING;
		}
		if (met != null) {
			giveBackHere(bytes);
			endCall();
		}
		return met;
	}

	/**
	 * Ends a call or message.
	 * @param bytes the same number as at its begin
	 * @param identified whether the client was {@linkplain #isIdentified identified} at
	 * its begin
	 */
	public void end(long bytes, boolean identified) {
		giveBackHere(bytes);
		(identified ? this.shares : this.first).add(Share.Resource.CALLS, -1);
		endCall();
	}

	/**
	 * Returns whether it is identified and counts in the shares of a principal or tenant.
	 */
	public boolean isIdentified() {
		return this.shares != this.first;
	}

	/**
	 * Returns the owner id of the principal, {@code null} if it is not authenticated yet.
	 */
	public @Nullable String owner() {
		return this.owner;
	}

	/**
	 * Returns the owner of the share of its address, {@code null} if it has none.
	 */
	public @Nullable String address() {
		return this.address;
	}

	/** Ends a call; called last, since the shares may be released with the last call. */
	private void endCall() {
		if (this.calls.decrementAndGet() == 0 && this.closed) {
			letGo();
		}
	}

	private void giveBackHere(long bytes) {
		this.pending.addAndGet(-bytes);
		if (this.leasing) {
			shrink();
		}
	}

	/** Acquires the bytes beyond the allowance from the node total. */
	private synchronized boolean lease() {
		long wanted = this.pending.get() - this.allowance;
		if (wanted <= this.leased) {
			return true;
		}
		long more = (wanted - this.leased + LEASE - 1) / LEASE * LEASE;
		if (this.shares.take(Share.Resource.PENDING, more) != null) {
			return false;
		}
		if (!this.node.pending().acquire(more)) {
			giveBack(more);
			return false;
		}
		this.leased += more;
		this.leasing = true;
		return true;
	}

	private void giveBack(long bytes) {
		this.node.pending().release(bytes);
		this.shares.add(Share.Resource.PENDING, -bytes);
	}

	private synchronized void shrink() {
		long wanted = Math.max(this.pending.get() - this.allowance, 0);
		long keep = (wanted + LEASE - 1) / LEASE * LEASE;
		if (keep < this.leased) {
			giveBack(this.leased - keep);
			this.leased = keep;
			this.leasing = keep > 0;
		}
	}

	// Subscriptions

	/**
	 * Returns the limit of subscriptions.
	 */
	public int maxSubscriptions() {
		return this.max.subscriptions();
	}

	/**
	 * Adds a subscription.
	 * @param bytes memory that it uses
	 * @return the limit that was reached, {@code null} if none
	 */
	public synchronized @Nullable Limit subscribe(long bytes) {
		if (this.subscriptions >= this.max.subscriptions()) {
			return hit(Limit.CONNECTION_SUBSCRIPTIONS);
		}
		Limit met = acquire(bytes);
		if (met == null) {
			met = this.shares.take(Share.Resource.SUBSCRIPTIONS, 1);
			if (met != null) {
				release(bytes);
			}
		}
		if (met != null) {
			return hit(met);
		}
		this.subscriptions++;
		this.subscriptionBytes += bytes;
		return null;
	}

	/**
	 * Acquires memory of subscriptions: for the client, in the shares and in the node
	 * total.
	 */
	private @Nullable Limit acquire(long bytes) {
		if (this.subscriptionBytes + this.kept + bytes > this.max.subscriptionBytes()) {
			return Limit.CONNECTION_SUBSCRIPTIONS_SIZE;
		}
		Limit met = this.shares.take(Share.Resource.KEPT, bytes);
		if (met != null) {
			return met;
		}
		if (!this.node.subscriptions().acquire(bytes)) {
			release(bytes);
			return Limit.NODE_SUBSCRIPTIONS;
		}
		return null;
	}

	private void release(long bytes) {
		this.node.subscriptions().release(bytes);
		this.shares.add(Share.Resource.KEPT, -bytes);
	}

	/**
	 * Changes a subscription.
	 * @param before memory that it used
	 * @param after memory that it uses from now on
	 * @return the limit that was reached, in which case nothing has changed; {@code null}
	 * if none
	 */
	public synchronized @Nullable Limit resubscribe(long before, long after) {
		Limit met = (after > before) ? acquire(after - before) : null;
		if (met != null) {
			return hit(met);
		}
		if (after < before) {
			release(before - after);
		}
		this.subscriptionBytes += after - before;
		return null;
	}

	/**
	 * Removes a subscription.
	 * @param bytes the same number as when it was added
	 */
	public synchronized void unsubscribe(long bytes) {
		removeSubscriptions(1, bytes);
	}

	/** Removes all subscriptions. */
	public synchronized void unsubscribeAll() {
		removeSubscriptions(this.subscriptions, this.subscriptionBytes);
	}

	private void removeSubscriptions(int count, long bytes) {
		this.subscriptions -= count;
		this.subscriptionBytes -= bytes;
		release(bytes);
		this.shares.add(Share.Resource.SUBSCRIPTIONS, -count);
	}

	/**
	 * Counts data of the client that is kept until it disconnects, such as its params. It
	 * counts with the subscriptions of the node; a usual size is free.
	 * @param bytes memory that it uses
	 * @return the limit that was reached, {@code null} if none
	 */
	public synchronized @Nullable Limit keep(long bytes) {
		if (bytes <= ALLOWANCE || this.closed) {
			return null;
		}
		Limit met = acquire(bytes);
		if (met != null) {
			return hit(met);
		}
		this.kept += bytes;
		return null;
	}

	// The end

	/** Ends a connection that exceeds the limit of its address. */
	synchronized void abandon() {
		this.closed = true;
		this.gone = true;
		this.calls.set(OVER);
		this.node.connectionClosed();
		this.first.release(this.node);
	}

	/**
	 * Notes that the connection is in the list of an instance: it counts until it is
	 * removed from that list, too. Must be called while a call counts.
	 */
	public void enter() {
		this.entered = true;
	}

	/**
	 * Notes that the instance has removed the connection from its list, with its
	 * subscriptions.
	 */
	public void leave() {
		this.entered = false;
		if (this.closed) {
			letGo();
		}
	}

	/**
	 * Ends the client. Its open calls end on their own, and count in its shares until
	 * then: a client that reconnects does not find them empty. No effect when called
	 * again.
	 */
	public void close() {
		this.closed = true;
		letGo();
	}

	/**
	 * Releases what has ended. Each part first records its own end and then checks the
	 * others, so that the last one finds all of them ended.
	 */
	private synchronized void letGo() {
		if (this.entered) {
			return;
		}
		if (!this.gone) {
			this.gone = true;
			disconnect();
		}
		if (this.calls.compareAndSet(0, OVER)) {
			this.shares.release(this.node);
		}
	}

	private void disconnect() {
		release(this.kept);
		this.kept = 0;
		if (!this.connection) {
			return;
		}
		this.node.connectionClosed();
		this.shares.add(Share.Resource.CONNECTIONS, -1);
	}

	/**
	 * Returns the memory of messages that wait or run.
	 */
	public long pendingBytes() {
		return this.pending.get();
	}

	private Limit hit(Limit limit) {
		this.node.hits().add(limit);
		return limit;
	}

}
