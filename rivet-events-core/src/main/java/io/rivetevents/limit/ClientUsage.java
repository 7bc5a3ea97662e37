/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The resources that one client uses on the node at the moment: one connection, or one
 * call over HTTP. They also count in the shares of its principal and of its remote
 * address. Safe for use by several threads.
 */
public final class ClientUsage {

	/**
	 * Memory of unanswered calls of one connection that the node total does not include.
	 */
	private static final long ALLOWANCE = 8 * 1024;

	private static final long LEASE = 16 * 1024;

	private static final int OVER = Integer.MIN_VALUE / 2;

	private final NodeUsage node;

	private final LimitSettings.Connection max;

	private final long allowance;

	private final @Nullable String address;

	private final @Nullable Share ofAddress;

	private volatile @Nullable String owner;

	private volatile @Nullable Share ofPrincipal;

	/** Negative once nothing of the client counts any more. */
	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicLong pending = new AtomicLong();

	/** Part of the node total; guarded by this. */
	private long leased;

	private volatile boolean leasing;

	/** Part of it that counts in the principal's share; guarded by this. */
	private long leasedOfPrincipal;

	/** Guarded by this. */
	private int subscriptions;

	/** Guarded by this. */
	private long subscriptionBytes;

	/**
	 * Part of the subscriptions of the node, until the client has disconnected; guarded
	 * by this.
	 */
	private long kept;

	private volatile boolean closed;

	/** Whether the connection is in the list of an instance. */
	private volatile boolean entered;

	private final AtomicBoolean gone = new AtomicBoolean();

	private final boolean connection;

	/**
	 * Creates the usage of a client.
	 * @param node usage of all clients
	 * @param address owner of the share of its address, {@code null} if it has none
	 * @param connection whether it counts as a connection
	 */
	ClientUsage(NodeUsage node, @Nullable String address, boolean connection) {
		this.node = node;
		this.max = node.settings().connection();
		this.connection = connection;
		this.allowance = connection ? ALLOWANCE : 0;
		this.address = address;
		this.ofAddress = (address != null) ? node.addresses().hold(address) : null;
	}

	@Nullable Limit open() {
		return (this.ofAddress != null) ? this.ofAddress.connect() : null;
	}

	/**
	 * Adds the share of a principal, once it is authenticated. Must be called at most
	 * once.
	 * @param owner owner id of the principal, {@code null} if anonymous
	 * @return the limit that was reached, {@code null} if none
	 */
	public @Nullable Limit identify(@Nullable String owner) {
		if (owner == null || this.closed) {
			return null;
		}
		Share share = this.node.principals().hold(owner);
		Limit met = this.connection ? share.connect() : null;
		if (met != null) {
			this.node.principals().release(owner);
			return hit(met);
		}
		this.ofPrincipal = share;
		this.owner = owner;
		return null;
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
			return (this.calls.get() < 0) ? met : hit(met); // a client that has left is
															// not counted
		}
		met = beginShared();
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

	private @Nullable Limit beginShared() {
		Limit met = (this.ofAddress != null) ? this.ofAddress.beginCall() : null;
		Share principal = this.ofPrincipal;
		if (met == null && principal != null) {
			met = principal.beginCall();
			if (met != null && this.ofAddress != null) {
				this.ofAddress.endCall();
			}
		}
		return met;
	}

	/**
	 * Ends a call or message.
	 * @param bytes the same number as at its begin
	 * @param identified whether the principal was authenticated at its begin
	 */
	public void end(long bytes, boolean identified) {
		giveBackHere(bytes);
		if (this.ofAddress != null) {
			this.ofAddress.endCall();
		}
		Share principal = this.ofPrincipal;
		if (identified && principal != null) {
			principal.endCall();
		}
		endCall();
	}

	/**
	 * Returns whether the principal is authenticated and has a share.
	 */
	public boolean isIdentified() {
		return this.ofPrincipal != null;
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
		if (!leaseShared(more)) {
			return false;
		}
		if (!this.node.pending().acquire(more)) {
			this.node.pending().release(more);
			giveBack(more, (this.ofPrincipal != null) ? more : 0);
			return false;
		}
		this.leased += more;
		this.leasedOfPrincipal += (this.ofPrincipal != null) ? more : 0;
		this.leasing = true;
		return true;
	}

	private boolean leaseShared(long bytes) {
		if (this.ofAddress != null && !this.ofAddress.lease(bytes)) {
			return false;
		}
		Share principal = this.ofPrincipal;
		if (principal != null && !principal.lease(bytes)) {
			giveBack(bytes, 0);
			return false;
		}
		return true;
	}

	private void giveBack(long bytes, long ofPrincipal) {
		if (this.ofAddress != null) {
			this.ofAddress.giveBack(bytes);
		}
		Share principal = this.ofPrincipal;
		if (principal != null) {
			principal.giveBack(ofPrincipal);
		}
	}

	private synchronized void shrink() {
		long wanted = Math.max(this.pending.get() - this.allowance, 0);
		long keep = (wanted + LEASE - 1) / LEASE * LEASE;
		if (keep < this.leased) {
			this.node.pending().release(this.leased - keep);
			long keepOfPrincipal = Math.min(this.leasedOfPrincipal, keep);
			giveBack(this.leased - keep, this.leasedOfPrincipal - keepOfPrincipal);
			this.leased = keep;
			this.leasedOfPrincipal = keepOfPrincipal;
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
			met = subscribeShared();
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
		if (this.ofAddress != null && !this.ofAddress.keep(bytes)) {
			return Limit.NODE_SUBSCRIPTIONS;
		}
		Share principal = this.ofPrincipal;
		if (principal != null && !principal.keep(bytes)) {
			forgetOfAddress(bytes);
			return Limit.NODE_SUBSCRIPTIONS;
		}
		if (!this.node.subscriptions().acquire(bytes)) {
			release(bytes);
			return Limit.NODE_SUBSCRIPTIONS;
		}
		return null;
	}

	private void release(long bytes) {
		this.node.subscriptions().release(bytes);
		forgetOfAddress(bytes);
		Share principal = this.ofPrincipal;
		if (principal != null) {
			principal.forget(bytes);
		}
	}

	private void forgetOfAddress(long bytes) {
		if (this.ofAddress != null) {
			this.ofAddress.forget(bytes);
		}
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

	private @Nullable Limit subscribeShared() {
		Limit met = (this.ofAddress != null) ? this.ofAddress.subscribe() : null;
		Share principal = this.ofPrincipal;
		if (met == null && principal != null) {
			met = principal.subscribe();
			if (met != null && this.ofAddress != null) {
				this.ofAddress.unsubscribe(1);
			}
		}
		return met;
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
		if (this.ofAddress != null) {
			this.ofAddress.unsubscribe(count);
		}
		Share principal = this.ofPrincipal;
		if (principal != null) {
			principal.unsubscribe(count);
		}
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

	private synchronized void releaseKept() {
		release(this.kept);
		this.kept = 0;
	}

	// The end

	/** Ends a connection that exceeds the limit of its address. */
	void abandon() {
		this.closed = true;
		this.gone.set(true);
		this.calls.set(OVER);
		this.node.connectionClosed();
		if (this.address != null) {
			this.node.addresses().release(this.address);
		}
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
	private void letGo() {
		if (this.entered) {
			return;
		}
		if (this.gone.compareAndSet(false, true)) {
			disconnect();
		}
		if (this.calls.compareAndSet(0, OVER)) {
			releaseShares();
		}
	}

	private void disconnect() {
		releaseKept();
		if (!this.connection) {
			return;
		}
		this.node.connectionClosed();
		if (this.ofAddress != null) {
			this.ofAddress.disconnect();
		}
		Share principal = this.ofPrincipal;
		if (principal != null) {
			principal.disconnect();
		}
	}

	private void releaseShares() {
		if (this.address != null) {
			this.node.addresses().release(this.address);
		}
		String owner = this.owner;
		if (owner != null) {
			this.node.principals().release(owner);
		}
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
