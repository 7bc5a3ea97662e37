/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

/**
 * The resources of one request without a connection, from its arrival until nothing holds
 * its data any more: neither its caller, which may have disconnected long before, nor a
 * turn that waits in a mailbox. Safe for use by several threads.
 */
public final class RequestUsage implements AutoCloseable {

	private final ClientUsage usage;

	private final long bytes;

	/** The caller, and the turns that hold it. */
	private int holders = 1;

	/**
	 * Creates the usage of a request.
	 * @param usage usage of the client, which has begun with these bytes and is closed
	 * with this object
	 * @param bytes memory of the request
	 */
	RequestUsage(ClientUsage usage, long bytes) {
		this.usage = usage;
		this.bytes = bytes;
	}

	/**
	 * Returns the memory of the request.
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Returns the usage of the client.
	 */
	public ClientUsage usage() {
		return this.usage;
	}

	/**
	 * Holds it.
	 * @return whether it still counts; if not, it must not be closed
	 */
	public synchronized boolean hold() {
		if (this.holders == 0) {
			return false;
		}
		this.holders++;
		return true;
	}

	/** Ends a hold, or that of the caller, which has its answer or has disconnected. */
	@Override
	public void close() {
		synchronized (this) {
			if (--this.holders > 0) {
				return;
			}
		}
		this.usage.end(this.bytes, this.usage.isIdentified());
		this.usage.close();
	}

}
