package io.rivetevents.limit;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * Counts an instance in the shares of the client that has created it, for as long as it
 * is in memory. Safe for use by several threads.
 */
public final class CreatedInstance implements AutoCloseable {

	private final Limits limits;

	private final @Nullable String address;

	private final @Nullable String owner;

	private final @Nullable Share ofAddress;

	private final @Nullable Share ofPrincipal;

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Takes a place in the shares.
	 * @param limits bounds of the node
	 * @param address owner of the share of the client's address, {@code null} if it has
	 * none
	 * @param owner what tells its principal apart, {@code null} if it has not signed in
	 */
	CreatedInstance(Limits limits, @Nullable String address, @Nullable String owner) {
		this.limits = limits;
		this.address = address;
		this.owner = owner;
		this.ofAddress = (address != null) ? limits.addresses().hold(address) : null;
		this.ofPrincipal = (owner != null) ? limits.principals().hold(owner) : null;
	}

	/**
	 * Counts it.
	 * @return the bound that was met, in which case it does not count; {@code null} if
	 * none
	 */
	@Nullable Limit open() {
		Limit met = (this.ofAddress != null) ? this.ofAddress.create() : null;
		if (met == null && this.ofPrincipal != null) {
			met = this.ofPrincipal.create();
			if (met != null && this.ofAddress != null) {
				this.ofAddress.leave();
			}
		}
		if (met != null) {
			this.closed.set(true);
			letGo();
		}
		return met;
	}

	/** Ends when the instance leaves memory; without effect when called again. */
	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		if (this.ofAddress != null) {
			this.ofAddress.leave();
		}
		if (this.ofPrincipal != null) {
			this.ofPrincipal.leave();
		}
		letGo();
	}

	private void letGo() {
		if (this.address != null) {
			this.limits.addresses().release(this.address);
		}
		if (this.owner != null) {
			this.limits.principals().release(this.owner);
		}
	}

}
