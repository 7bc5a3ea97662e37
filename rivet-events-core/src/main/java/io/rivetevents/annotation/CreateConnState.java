package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called after {@link OnBeforeConnect}: returns the connection state, what the actor
 * keeps of this client. It stays in memory and is never sent. Parameters: {@code
 * ActorContext}, {@code Principal}, {@code RequestHead}, {@link ConnParams}. Throw a
 * {@code UserError} to refuse the client. It must end within
 * {@code rivet.events.actor.connection-hook-
 * timeout}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateConnState {

}
