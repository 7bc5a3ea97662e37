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
 * Decides whether a client may create an instance. Called when a client names a key that
 * has no instance, before the instance is created: by a connect, a stateless call, or a
 * request under {@code /actors}. Parameters: {@code ActorContext}, which has only the key
 * at this point, {@code Principal}, {@code RequestHead}, {@link ConnParams},
 * {@link Input}.
 * <p>
 * The method returns {@code boolean} or {@code Mono<Boolean>}, or returns nothing and
 * throws a {@code UserError} to reject the client. A method with a result accepts the
 * client only with {@code true}: {@code false}, {@code null} and an empty {@code Mono}
 * are answered with {@code auth.forbidden}. A rejected client leaves nothing of the
 * instance behind. The time limit is {@code rivet.events.actor.connection-hook-timeout}.
 * Not called when server code creates an instance.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CanCreate {

}
