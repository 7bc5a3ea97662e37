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
 * Sets how many events are kept for clients that reconnect after a short interruption.
 * Applies to an event, or to each event of a namespace; {@code rivet.events.history.*}
 * applies to all others. Events are kept in memory with the instance, and the size limit
 * applies to all of them together. A client that has missed an event that is no longer
 * kept receives {@code resynced}. Without effect on a {@link Volatile} event, which is
 * never kept.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface History {

	/**
	 * Maximum number of events that are kept for each name; 0 for none.
	 */
	int maxEvents();

	/**
	 * Maximum time for which an event is kept, such as {@code 30s} or {@code 5m}.
	 * Default: that of {@code rivet.events.history.*}.
	 */
	String maxAge() default "";

}
