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
 * Called for each client that connects and for each stateless call, before the runtime
 * stores anything about the client. Parameters: {@code ActorContext}, {@code Principal},
 * {@code RequestHead}, {@link ConnParams}. Throw a {@code UserError} to reject the
 * client; the application does not start if the method returns {@code boolean}. The time
 * limit is {@code rivet.events.actor.connection-hook-timeout}.
 * <p>
 * The method does not delay other clients of the instance. Without a parameter of type
 * {@code ActorContext} it runs on a worker thread outside the turns of the instance: it
 * may block, but must not use the state. With that parameter it starts in a turn: it may
 * use the state, and should return a {@code Mono} or {@code CompletionStage} for long
 * work. The turn is then held only if an interceptor wraps the connect.
 * <p>
 * Without that parameter, and if the key has no instance yet, the method is called before
 * {@link CreateState}: a rejected client creates nothing. It may be called a second time
 * for the same client if another client creates the instance in the meantime with a
 * different input. With the parameter, the instance is created first. If this method, an
 * interceptor or a later connect hook then rejects the client, the instance is deleted
 * again and {@link OnDestroy} is called. It is kept if its state or {@code vars} have
 * changed or it has been used otherwise.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeConnect {

}
