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
 * Sets the name of an event, or of a namespace of events, that differs from the name of
 * its method or interface.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface EventName {

	/**
	 * The name; not empty. In a namespace, the name of the namespace precedes it. Both
	 * together have at most 250 characters, without spaces and empty parts.
	 */
	String value();

}
