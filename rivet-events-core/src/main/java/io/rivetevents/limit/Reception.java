package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

/**
 * Memory of one message that has not arrived whole, or whose sender is not known yet, or
 * of one connection. It counts for the node, and for the remote address that it comes
 * from, which may take three quarters of that. Not safe for use by several threads.
 */
public final class Reception {

	private final NodeUsage node;

	private final Share.Memory kind;

	private final ByteBudget total;

	private final @Nullable String address;

	/** The share of the address; held only while something is taken. */
	private @Nullable Share share;

	private long taken;

	/**
	 * Creates a reception that takes nothing.
	 * @param node what all clients take together
	 * @param kind what it is of
	 * @param total what there is of that kind
	 * @param address owner of the share of the address, {@code null} if it has none
	 */
	Reception(NodeUsage node, Share.Memory kind, ByteBudget total, @Nullable String address) {
		this.node = node;
		this.kind = kind;
		this.total = total;
		this.address = address;
	}

	/**
	 * Takes bytes if they are there; counts a refusal.
	 * @return whether they were taken
	 */
	public boolean tryAcquire(long bytes) {
		Share share = hold();
		if (share != null && !share.take(this.kind, bytes)) {
			this.total.hit();
			letGoOfNothing();
			return false;
		}
		if (!this.total.tryAcquire(bytes)) {
			if (share != null) {
				share.giveBack(this.kind, bytes);
			}
			letGoOfNothing();
			return false;
		}
		this.taken += bytes;
		return true;
	}

	/**
	 * Takes more bytes, or gives some back.
	 * @param bytes how many it is to have
	 * @return whether it has; if not, it has as many as before
	 */
	public boolean set(long bytes) {
		if (bytes > this.taken) {
			return tryAcquire(bytes - this.taken);
		}
		release(this.taken - bytes);
		return true;
	}

	/** Gives all back; more may be taken afterwards. */
	public void release() {
		release(this.taken);
	}

	private void release(long bytes) {
		if (bytes == 0) {
			return;
		}
		this.total.release(bytes);
		if (this.share != null) {
			this.share.giveBack(this.kind, bytes);
		}
		this.taken -= bytes;
		letGoOfNothing();
	}

	private @Nullable Share hold() {
		if (this.share == null && this.address != null) {
			this.share = this.node.addresses().hold(this.address);
		}
		return this.share;
	}

	private void letGoOfNothing() {
		if (this.taken == 0 && this.share != null && this.address != null) {
			this.share = null;
			this.node.addresses().release(this.address);
		}
	}

}
