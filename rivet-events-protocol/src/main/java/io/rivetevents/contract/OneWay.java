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
 * Marks an action whose calls are not answered, even if they fail; failures are logged.
 * The action must return nothing. A published RivetKit client waits for an answer to
 * every call, so its code should not wait for the promise of such a call. Calls over
 * HTTP, which require a response, are answered like other actions.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OneWay {

}
