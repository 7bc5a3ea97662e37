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
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CanSubscribe {

}
