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
 * Creates the variables of an instance. Called each time an instance is loaded into
 * memory, before {@link OnCreate} and {@link OnWake}. The variables are kept until the
 * instance leaves memory and are never saved: a connection to another service, a cache or
 * a counter, for example. Parameters: {@code ActorContext}, whose state is already
 * available, and {@link Input}.
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
 * {@code ActorContext.vars(Class)} returns the object. If the object is a {@code Map},
 * its keys must be strings, and {@code ActorContext.vars()} contains its entries. Entries
 * that other methods have added earlier are removed.
 * <p>
 * The method may return a {@code Mono} or {@code CompletionStage} of the object. The time
 * limit is {@code rivet.events.actor.lifecycle-hook-timeout}. If the method fails or
 * returns {@code null}, the instance does not start and the caller receives the error. A
 * new instance is then not created. The next use of the key tries again.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateVars {

}
