package io.rivetevents.limit;

/**
 * What one request without a connection takes, from its arrival until nothing holds what
 * it has brought along any more: its caller, who may have hung up long before, or a turn
 * that still waits in a mailbox. Safe for use by several threads.
 */
public final class RequestUsage implements AutoCloseable {

	private final ClientUsage usage;

	private final long bytes;

	/** The caller, and turns that hold it. */
	private int holders = 1;

	/**
	 * Creates a visit.
	 * @param usage what the client takes, which has begun with these bytes and is closed
	 * with the visit
	 * @param bytes memory of what it has brought along
	 */
	RequestUsage(ClientUsage usage, long bytes) {
		this.usage = usage;
		this.bytes = bytes;
	}

	/**
	 * Returns the memory of what it has brought along.
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Returns what the client takes.
	 */
	public ClientUsage usage() {
		return this.usage;
	}

	/**
	 * Holds on to it.
	 * @return whether it still counts; if not, nothing is to be released
	 */
	public synchronized boolean hold() {
		if (this.holders == 0) {
			return false;
		}
		this.holders++;
		return true;
	}

	/** Lets go of it: of each hold once. */
	public void release() {
		synchronized (this) {
			if (--this.holders > 0) {
				return;
			}
		}
		this.usage.end(this.bytes, this.usage.isIdentified());
		this.usage.close();
	}

	/** The caller has its answer, or has gone. */
	@Override
	public void close() {
		release();
	}

}
