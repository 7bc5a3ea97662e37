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
 * Called after an action has succeeded; its return value is sent instead of the result.
 * The parameters are the name of the action ({@code String}) and the result, in this
 * order, besides those that need no client argument. The type of the result parameter
 * must accept every result, as {@code Object} does.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeActionResponse {

}
