package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * Counts an instance in the shares of the client that has created it, for as long as it
 * is in memory, be it awake or in a store that is in memory too. Safe for use by several
 * threads.
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
	 * Takes a place in the shares.
	 * @param node what all clients take together
	 * @param address owner of the share of the client's address, {@code null} if it has
	 * none
	 * @param owner what tells its principal apart, {@code null} if it has not signed in
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
	 * @return the bound that was met, in which case it does not count; {@code null} if
	 * none
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
	 * Counts what a store in memory takes for it, until it is closed.
	 * @param bytes memory that it takes
	 * @throws RivetException {@code actor.overloaded} if one of the shares has no room,
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
	 * Counts that a store in memory takes more for it, or less. It is not refused: what
	 * has been changed is kept. A creator beyond its share creates no more.
	 * @param bytes memory that it takes more; may be negative
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

	/** It is awake no more, but in a store in memory. */
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

	/** It is awake again. */
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

	/** Ends when nothing of it is in memory; without effect when called again. */
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
