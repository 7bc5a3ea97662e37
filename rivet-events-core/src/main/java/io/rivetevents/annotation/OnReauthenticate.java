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
 * Called after a connected client has authenticated again, for example because its token
 * was about to expire. The connection has the new {@code Authentication} of the same
 * user, the access rule of the actor was checked, and the subscriptions are checked
 * afterwards. The method can change the connection state. Parameters:
 * {@code ActorContext}, {@code Connection}, {@code Principal}, and those that resolve the
 * {@code Authentication}. If the method fails, the connection closes with its error. The
 * application does not start if it returns {@code boolean}. The time limit is
 * {@code rivet.events.actor.connection-hook-timeout}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnReauthenticate {

}
