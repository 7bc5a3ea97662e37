/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value of a parameter of an {@link Action} for calls that omit its argument because they
 * have fewer arguments than the method has parameters:
 *
 * <pre>{@code
 * &#64;Action
 * List<Message> getHistory(ActorContext<Room, ?> c, @DefaultValue("20") int limit,
 *         &#64;DefaultValue("NEWEST") Order order) {
 *     return c.state().messages(limit, order);
 * }
 * }</pre>
 *
 * An argument that is sent as {@code null} does not count as omitted. Constraints on the
 * parameter also apply to the default value. Each call gets its own object.
 * <p>
 * The application does not start if the text cannot be converted to the parameter's type,
 * if the parameter does not take a single client argument, or if a later parameter is
 * required.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface DefaultValue {

	/**
	 * The value as a client would send it, in JSON, such as {@code 20}, {@code true} or
	 * {@code ["a", "b"]}. Text needs no quotes: {@code NEWEST} or {@code 2026-01-31}. For
	 * a {@code String} parameter the value is always the text itself. A {@code Duration}
	 * is written as in properties, such as {@code 30s}, or as {@code PT30S}.
	 */
	String value();

}
