package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

/**
 * Memory of one message that has not arrived whole, or whose sender is not known yet. It
 * counts for the node, and for the remote address that it comes from, which may take
 * three quarters of that. Not safe for use by several threads.
 */
public final class Reception {

	private final Limits limits;

	private final @Nullable String address;

	/** The share of the address; held only while something is taken. */
	private @Nullable Share share;

	private long taken;

	/**
	 * Creates a reception that takes nothing.
	 * @param limits bounds of the node
	 * @param address owner of the share of the address, {@code null} if it has none
	 */
	Reception(Limits limits, @Nullable String address) {
		this.limits = limits;
		this.address = address;
	}

	/**
	 * Takes bytes if they are there; counts a refusal.
	 * @return whether they were taken
	 */
	public boolean tryAcquire(long bytes) {
		Share share = hold();
		if (share != null && !share.receive(bytes)) {
			this.limits.receiving().hit();
			letGoOfNothing();
			return false;
		}
		if (!this.limits.receiving().tryAcquire(bytes)) {
			if (share != null) {
				share.received(bytes);
			}
			letGoOfNothing();
			return false;
		}
		this.taken += bytes;
		return true;
	}

	/** Gives all back; more may be taken afterwards. */
	public void release() {
		if (this.taken == 0) {
			return;
		}
		this.limits.receiving().release(this.taken);
		if (this.share != null) {
			this.share.received(this.taken);
		}
		this.taken = 0;
		letGoOfNothing();
	}

	private @Nullable Share hold() {
		if (this.share == null && this.address != null) {
			this.share = this.limits.addresses().hold(this.address);
		}
		return this.share;
	}

	private void letGoOfNothing() {
		if (this.taken == 0 && this.share != null && this.address != null) {
			this.share = null;
			this.limits.addresses().release(this.address);
		}
	}

}
