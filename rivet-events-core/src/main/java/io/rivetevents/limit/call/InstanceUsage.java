/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit.call;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;

/**
 * The resources that the calls of clients to one instance use, from their arrival to
 * their answer. Safe for use by several threads.
 */
public final class InstanceUsage {

	private final Limits limits;

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicLong pending = new AtomicLong();

	/**
	 * Creates the usage of an instance.
	 * @param limits limits of the node
	 */
	public InstanceUsage(Limits limits) {
		this.limits = limits;
	}

	/**
	 * Begins a call.
	 * @param bytes memory that it uses
	 * @return the limit that was reached, in which case nothing has begun; {@code null}
	 * if none
	 */
	public @Nullable Limit begin(long bytes) {
		LimitSettings.Instance max = this.limits.settings().instance();
		Limit met = (this.calls.incrementAndGet() > max.calls()) ? Limit.INSTANCE_CALLS : null;
		if (this.pending.addAndGet(bytes) > max.pendingBytes() && met == null) {
			met = Limit.INSTANCE_PENDING;
		}
		if (met != null) {
			end(bytes);
			this.limits.hits().add(met);
		}
		return met;
	}

	/**
	 * Returns whether a call would reach a limit, and counts it as if it had.
	 * @param bytes least memory that it uses
	 * @return the limit, {@code null} if it may begin
	 */
	public @Nullable Limit refuses(long bytes) {
		LimitSettings.Instance max = this.limits.settings().instance();
		Limit met = (this.calls.get() >= max.calls()) ? Limit.INSTANCE_CALLS
				: (this.pending.get() + bytes > max.pendingBytes()) ? Limit.INSTANCE_PENDING : null;
		if (met != null) {
			this.limits.hits().add(met);
		}
		return met;
	}

	/**
	 * Ends a call.
	 * @param bytes the same number as at its begin
	 */
	public void end(long bytes) {
		this.calls.decrementAndGet();
		this.pending.addAndGet(-bytes);
	}

	/**
	 * Returns how many calls are unanswered.
	 */
	public int calls() {
		return this.calls.get();
	}

	/**
	 * Returns the memory that they use.
	 */
	public long pendingBytes() {
		return this.pending.get();
	}

}
