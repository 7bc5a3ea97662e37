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
 * Version of the JSON form of a state type. It is stored with each instance as its
 * format. A state that was stored in an older format is converted by the methods with
 * {@link MigrateState} when the instance wakes. Raise the version when stored states can
 * no longer be read as they are: a property gets another name, type or meaning, or is new
 * and has no default. A new component of a record is {@code null} in an old state, which
 * Jackson rejects for a primitive type.
 * <p>
 * Use it on the type that the method with {@link CreateState} returns. A type without it
 * has version 0. An instance with a format above the version cannot be read: its requests
 * are answered with {@code actor.state_unreadable}, and what is stored is kept.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface StateVersion {

	/**
	 * Current version, at least 1. The actor must have a method that migrates from the
	 * version before it.
	 */
	int value();

}
