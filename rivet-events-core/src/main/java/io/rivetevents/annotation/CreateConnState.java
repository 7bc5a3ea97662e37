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
 * Creates the connection state: the data that the actor keeps about this client. Called
 * after {@link OnBeforeConnect}. The state stays in memory and is never sent. Parameters:
 * {@code ActorContext}, {@code Principal}, {@code RequestHead}, {@link ConnParams}. Throw
 * a {@code UserError} to reject the client. The time limit is
 * {@code rivet.events.actor.connection-hook-timeout}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateConnState {

}
