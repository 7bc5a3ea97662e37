package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called for each client that wants to connect, and for each stateless call, before
 * anything is kept of it. Parameters: {@code ActorContext}, {@code Principal},
 * {@code RequestHead}, {@link ConnParams}. Throw a {@code UserError} to refuse the
 * client; a method that returns {@code boolean} is refused at start-up. It must end
 * within {@code rivet.events.actor.connection-hook-timeout}.
 * <p>
 * It does not hold up the other clients of the instance. A method without a parameter of
 * type {@code ActorContext} runs on a worker outside the turns of the instance: it may
 * block, but not use the state. One with that parameter begins in a turn: it may use the
 * state, and should return a {@code Mono} or {@code CompletionStage} for whatever takes
 * long. Only an interceptor that goes around the connect holds the turn meanwhile.
 * <p>
 * A method without that parameter is called before {@link CreateState} if there is no
 * instance for the key yet: a client that it refuses creates nothing. It may be called a
 * second time for the client if another client creates the instance meanwhile, with
 * another input. One with the parameter needs the instance, so that it is created first.
 * If the client is refused, by this method, by an interceptor or by a later hook of the
 * connect, the instance is deleted again ({@link OnDestroy} is called), unless the state
 * or the {@code vars} have changed since, or somebody else has used it.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeConnect {

}
