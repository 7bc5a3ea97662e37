package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called for each client that wants to connect, and for each stateless call, before
 * anything is kept of it. Parameters: {@code ActorContext}, {@code Principal},
 * {@link ConnParams}. Throw a {@code UserError} to refuse the client. It must end within
 * {@code
 * rivet.events.actor.connection-hook-timeout}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeConnect {

}
