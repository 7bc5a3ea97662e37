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
 * Creates the state of a new instance. Called once for each instance. The return type is
 * the type of the state; Jackson must be able to write and read it. Parameters:
 * {@code ActorContext}, {@link Input}. Without such a method the actor has no state. The
 * time limit is that of the life cycle hooks. The state stays on the server, so message
 * size limits do not apply to it.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateState {

}
