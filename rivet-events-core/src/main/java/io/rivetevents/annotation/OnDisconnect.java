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
 * Called exactly once for each connection of the instance when it ends, for whatever
 * reason. The connection is removed from the connections of the instance afterwards.
 * Parameters: {@code ActorContext}, {@code Connection}, {@code Principal},
 * {@link ConnParams}. A failure is logged.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnDisconnect {

}
