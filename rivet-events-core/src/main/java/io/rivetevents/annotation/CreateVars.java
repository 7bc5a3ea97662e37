package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called each time an instance comes into memory, before {@link OnCreate} and
 * {@link OnWake}: returns its variables, which live until it leaves memory and are never
 * saved, such as a connection to another service, a cache or a counter. Parameters:
 * {@code ActorContext}, whose state is there already, and {@link Input}.
 *
 * <pre>{@code
 * &#64;CreateVars
 * Game createVars(ActorContext<Board, ?> c) {
 *     return new Game(c.state(), this.clock);
 * }
 *
 * &#64;Action
 * void move(ActorContext<Board, ?> c, int x, int y) {
 *     c.vars(Game.class).move(x, y);
 * }
 * }</pre>
 *
 * {@code ActorContext.vars(Class)} returns the object. If it is a {@code Map}, its keys
 * are texts, and {@code ActorContext.vars()} holds its entries. What other methods have
 * put there before is removed.
 * <p>
 * It may return a {@code Mono} or {@code CompletionStage} of the object, and ends within
 * {@code rivet.events.actor.lifecycle-hook-timeout}. If it fails or returns {@code null},
 * the instance does not start: who has caused that gets the error, a new instance is not
 * created, and the next use tries again.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateVars {

}
