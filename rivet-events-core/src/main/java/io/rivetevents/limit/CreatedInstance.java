/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * Counts an instance in the shares of the client that has created it, while it is in
 * memory: awake, or in an in-memory store. Safe for use by several threads.
 */
public final class CreatedInstance implements AutoCloseable {

	private final NodeUsage node;

	private final @Nullable String address;

	private final @Nullable String owner;

	private final @Nullable Share ofAddress;

	private final @Nullable Share ofPrincipal;

	private boolean awake;

	private long storedBytes;

	private boolean closed;

	/**
	 * Creates an entry in the shares.
	 * @param node usage of all clients
	 * @param address owner of the share of the client's address, {@code null} if it has
	 * none
	 * @param owner owner id of its principal, {@code null} if anonymous
	 */
	CreatedInstance(NodeUsage node, @Nullable String address, @Nullable String owner) {
		this.node = node;
		this.address = address;
		this.owner = owner;
		this.ofAddress = (address != null) ? node.addresses().hold(address) : null;
		this.ofPrincipal = (owner != null) ? node.principals().hold(owner) : null;
	}

	/**
	 * Counts it.
	 * @return the limit that was reached, in which case it does not count; {@code null}
	 * if none
	 */
	synchronized @Nullable Limit open() {
		Limit met = (this.ofAddress != null) ? this.ofAddress.create() : null;
		if (met == null && this.ofPrincipal != null) {
			met = this.ofPrincipal.create();
			if (met != null && this.ofAddress != null) {
				this.ofAddress.leave();
			}
		}
		this.awake = met == null;
		if (met != null) {
			this.closed = true;
			letGo();
		}
		return met;
	}

	/**
	 * Counts its memory in an in-memory store, until it is closed.
	 * @param bytes memory that it uses
	 * @throws RivetException {@code actor.overloaded} if one of the shares is exhausted,
	 * in which case nothing more counts
	 */
	public synchronized void store(long bytes) {
		boolean fits = this.ofAddress == null || this.ofAddress.store(bytes);
		if (fits && this.ofPrincipal != null && !this.ofPrincipal.store(bytes)) {
			fits = false;
			if (this.ofAddress != null) {
				this.ofAddress.discard(bytes);
			}
		}
		if (!fits) {
			throw this.node.overloaded(Limit.NODE_STORED, "create");
		}
		this.storedBytes += bytes;
	}

	/**
	 * Counts a change of its memory in an in-memory store. The change is never rejected.
	 * A creator that exceeds its share cannot create more instances.
	 * @param bytes change of its memory; may be negative
	 */
	public synchronized void grow(long bytes) {
		if (this.closed) {
			return;
		}
		this.storedBytes += bytes;
		if (this.ofAddress != null) {
			this.ofAddress.discard(-bytes);
		}
		if (this.ofPrincipal != null) {
			this.ofPrincipal.discard(-bytes);
		}
	}

	/** Notes that it is asleep, in an in-memory store. */
	public synchronized void sleep() {
		if (!this.awake) {
			return;
		}
		this.awake = false;
		if (this.ofAddress != null) {
			this.ofAddress.leave();
		}
		if (this.ofPrincipal != null) {
			this.ofPrincipal.leave();
		}
	}

	/** Notes that it is awake again. */
	public synchronized void wake() {
		if (this.awake || this.closed) {
			return;
		}
		this.awake = true;
		if (this.ofAddress != null) {
			this.ofAddress.wake();
		}
		if (this.ofPrincipal != null) {
			this.ofPrincipal.wake();
		}
	}

	/** Ends it, when it is no longer in memory; no effect when called again. */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		sleep();
		this.closed = true;
		if (this.ofAddress != null) {
			this.ofAddress.discard(this.storedBytes);
		}
		if (this.ofPrincipal != null) {
			this.ofPrincipal.discard(this.storedBytes);
		}
		letGo();
	}

	private void letGo() {
		if (this.address != null) {
			this.node.addresses().release(this.address);
		}
		if (this.owner != null) {
			this.node.principals().release(this.owner);
		}
	}

}
