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
 * Decides whether a client may subscribe to an event, by returning {@code boolean} or
 * {@code Mono<Boolean>}. A {@code String} parameter is the name of the event; the other
 * parameters are those of {@link OnConnect}. A rejected client receives
 * {@code auth.forbidden} and its connection stays open, unless
 * {@code rivet.events.security.on-forbidden-subscription=close}.
 * <p>
 * An actor may have several such methods, each for events of its own, and one without
 * names for all other events:
 *
 * <pre>{@code
 * &#64;CanSubscribe("typing")
 * boolean mayWatch(Connection<Member> connection) {
 *     return connection.state().isWriter();
 * }
 *
 * &#64;CanSubscribe
 * boolean mayListen(Principal user) {
 *     return user != null;
 * }
 * }</pre>
 *
 * One method is called for each subscription: the method for the event if there is one.
 * An event without a method is open to every client.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface CanSubscribe {

	/**
	 * Names of the events that the method decides about, as clients subscribe to them.
	 * Default: all events that no other method names. The application does not start if
	 * two methods name the same event, or if the actor is {@linkplain Actor#strict()
	 * strict} and does not declare the event.
	 * @since 0.1.0
	 */
	String[] value() default {};

}
