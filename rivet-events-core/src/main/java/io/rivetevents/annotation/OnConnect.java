package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when the connection is in the list of the actor. Events sent to it here arrive
 * before the client knows that it is connected, and reach it. Parameters: {@code
 * ActorContext}, {@code Connection}, {@code Principal}, {@code RequestHead},
 * {@link ConnParams}. If it fails, the client is refused and {@link OnDisconnect} runs; a
 * method that returns {@code boolean} is refused at start-up. It must end within {@code
 * rivet.events.actor.connection-hook-timeout}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnConnect {

}
