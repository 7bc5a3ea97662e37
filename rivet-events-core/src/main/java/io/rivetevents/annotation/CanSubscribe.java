package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when a client subscribes to an event; returns whether it may, as {@code
 * boolean} or {@code Mono<Boolean>}. A {@code String} parameter is the name of the event;
 * further ones as for {@link OnConnect}. A refusal is told to the client as
 * {@code auth.forbidden} and leaves its connection open, unless
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
 * One method is called for a subscription: that of the event if there is one. An event
 * for which there is no method is open to each client.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface CanSubscribe {

	/**
	 * Names of the events that the method decides about, as clients subscribe to them.
	 * Empty: all events that no other method names. The application does not start if two
	 * methods name one event, or if the actor is {@linkplain Actor#strict() strict} and
	 * does not declare it.
	 * @since 0.1.0
	 */
	String[] value() default {};

}
