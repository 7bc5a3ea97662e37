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
 * Called after a turn that has changed the JSON form of the state. Parameters:
 * {@code ActorContext}, and the state itself. Changes that the method makes are saved and
 * do not call it again. The cost is writing the state to JSON once after each turn that
 * has read it, and once more after each call of the method.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnStateChange {

}
