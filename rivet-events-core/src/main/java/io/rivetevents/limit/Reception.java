/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

/**
 * Memory of one message that has arrived only partly or whose sender is not identified
 * yet, or of one connection. It counts for the node and for the remote address, which may
 * use three quarters of the total. Not safe for use by several threads.
 */
public final class Reception {

	private final NodeUsage node;

	private final Share.Resource kind;

	private final ByteBudget total;

	private final @Nullable String address;

	/** The share of the address; held only while memory is in use. */
	private @Nullable Share share;

	private long taken;

	/**
	 * Creates an empty reception.
	 * @param node usage of all clients
	 * @param kind kind of memory
	 * @param total total of that kind
	 * @param address owner of the share of the address, {@code null} if it has none
	 */
	Reception(NodeUsage node, Share.Resource kind, ByteBudget total, @Nullable String address) {
		this.node = node;
		this.kind = kind;
		this.total = total;
		this.address = address;
	}

	/**
	 * Acquires bytes if they are available; otherwise counts a rejection.
	 * @return whether they were acquired
	 */
	public boolean tryAcquire(long bytes) {
		Share share = hold();
		if (share != null && share.take(this.kind, bytes) != null) {
			this.total.hit();
			letGoOfNothing();
			return false;
		}
		if (!this.total.tryAcquire(bytes)) {
			if (share != null) {
				share.add(this.kind, -bytes);
			}
			letGoOfNothing();
			return false;
		}
		this.taken += bytes;
		return true;
	}

	/**
	 * Acquires or releases bytes.
	 * @param bytes number of bytes to hold afterwards
	 * @return whether it holds them; if not, nothing has changed
	 */
	public boolean set(long bytes) {
		if (bytes > this.taken) {
			return tryAcquire(bytes - this.taken);
		}
		release(this.taken - bytes);
		return true;
	}

	/** Releases all bytes; more may be acquired afterwards. */
	public void release() {
		release(this.taken);
	}

	private void release(long bytes) {
		if (bytes == 0) {
			return;
		}
		this.total.release(bytes);
		if (this.share != null) {
			this.share.add(this.kind, -bytes);
		}
		this.taken -= bytes;
		letGoOfNothing();
	}

	private @Nullable Share hold() {
		if (this.share == null && this.address != null) {
			this.share = this.node.shares(Share.Kind.ADDRESS).hold(this.address);
		}
		return this.share;
	}

	private void letGoOfNothing() {
		if (this.taken == 0 && this.share != null && this.address != null) {
			this.share = null;
			this.node.shares(Share.Kind.ADDRESS).release(this.address);
		}
	}

}
