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

	private final HeldShares shares;

	private boolean awake;

	private long storedBytes;

	private boolean closed;

	/**
	 * Creates an entry in the shares.
	 * @param node usage of all clients
	 * @param shares shares of the client, to be released with it
	 */
	CreatedInstance(NodeUsage node, HeldShares shares) {
		this.node = node;
		this.shares = shares;
	}

	/**
	 * Counts it.
	 * @return the limit that was reached, in which case it does not count; {@code null}
	 * if none
	 */
	synchronized @Nullable Limit open() {
		Limit met = this.shares.take(Share.Resource.INSTANCES, 1);
		this.awake = met == null;
		if (met != null) {
			this.closed = true;
			this.shares.release(this.node);
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
		Limit met = this.shares.take(Share.Resource.STORED, bytes);
		if (met != null) {
			throw this.node.overloaded(met, "create");
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
		this.shares.add(Share.Resource.STORED, bytes);
	}

	/** Notes that it is asleep, in an in-memory store. */
	public synchronized void sleep() {
		if (!this.awake) {
			return;
		}
		this.awake = false;
		this.shares.add(Share.Resource.INSTANCES, -1);
	}

	/** Notes that it is awake again. */
	public synchronized void wake() {
		if (this.awake || this.closed) {
			return;
		}
		this.awake = true;
		this.shares.add(Share.Resource.INSTANCES, 1);
	}

	/** Ends it, when it is no longer in memory; no effect when called again. */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		sleep();
		this.closed = true;
		this.shares.add(Share.Resource.STORED, -this.storedBytes);
		this.shares.release(this.node);
	}

}
