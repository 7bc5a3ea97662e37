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
 * {@code rivet.events.actor.connection-hook-timeout}.
 * <p>
 * It does not hold up the other clients of the instance. A method without a parameter of
 * type {@code ActorContext} runs on a worker outside the turns of the instance: it may
 * block, but not use the state. One with that parameter begins in a turn: it may use the
 * state, and should return a {@code Mono} or {@code CompletionStage} for whatever takes
 * long. Only an interceptor that goes around the connect holds the turn meanwhile.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeConnect {

}
