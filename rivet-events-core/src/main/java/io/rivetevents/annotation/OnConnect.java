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
 * Called after the connection has been added to the connections of the instance. The
 * client receives the events that this method sends to it before the message that
 * confirms the connection. Parameters: {@code ActorContext}, {@code Connection},
 * {@code Principal}, {@code RequestHead}, {@link ConnParams}. If the method fails, the
 * client is rejected and {@link OnDisconnect} is called. The application does not start
 * if it returns {@code boolean}. The time limit is
 * {@code rivet.events.actor.connection-hook-timeout}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnConnect {

}
