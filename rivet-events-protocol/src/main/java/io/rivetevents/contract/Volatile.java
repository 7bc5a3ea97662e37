/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an event, or all events of a namespace, that a slow connection can lose. If the
 * queue of the connection is full, the oldest of these events are dropped and counted in
 * favor of the newest, and the connection stays open. Suitable for positions, cursors and
 * typing indicators, where only the latest value matters.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface Volatile {

}
