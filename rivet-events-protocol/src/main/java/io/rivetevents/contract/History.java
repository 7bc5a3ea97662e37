/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets how many events are kept for clients that reconnect, and where. Applies to an
 * event, to each event of a namespace or contract, or to all events of an actor;
 * {@code rivet.events.history.*} applies to all others. Events are kept in memory with
 * the instance unless they are {@link #durable()}, and the size limit applies to all of
 * them together. A client that has missed an event that is no longer kept receives
 * {@code resynced}. Without effect on a {@link Volatile} event, which is never kept.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface History {

	/**
	 * Maximum number of events that are kept, for each name if it is set on an event or a
	 * contract; 0 for none. Default: that of {@code rivet.events.history.*}.
	 */
	int maxEvents() default Integer.MIN_VALUE;

	/**
	 * Maximum time for which an event is kept, such as {@code 30s} or {@code 5m}.
	 * Default: that of {@code rivet.events.history.*}.
	 */
	String maxAge() default "";

	/**
	 * Whether the events are stored before they are sent, so that a client that
	 * reconnects after a restart receives the events that it has missed. Stored together
	 * with the state: a method that sends a durable event is committed like a durable
	 * action, and its events are sent after the commit. Requires a store that keeps
	 * histories. Default: {@code rivet.events.history.durable}; an event is durable if
	 * one of the two is true.
	 * <p>
	 * Events that other threads and interleaved actions send with the context of the
	 * instance while the method is running wait behind its events and share its commit:
	 * if it fails, none of them is sent, and their receipts fail. Events that were sent
	 * before the method began, and those by {@code Actors}, do not depend on it.
	 */
	boolean durable() default false;

}
