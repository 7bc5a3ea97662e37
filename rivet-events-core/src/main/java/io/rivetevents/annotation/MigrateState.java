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
 * Converts a stored state from one version to the next. It has one parameter, the stored
 * state as {@code tools.jackson.databind.JsonNode} or a subclass such as
 * {@code ObjectNode}, and returns the converted state as such a type. It may change and
 * return its argument. It may be static.
 *
 * <pre>{@code
 * &#64;StateVersion(2)
 * record RoomState(String title, List<Message> messages) {
 * }
 *
 * &#64;Actor
 * class ChatRoom {
 *
 *     &#64;MigrateState(from = 1)
 *     static JsonNode renameTopic(ObjectNode state) {
 *         state.set("title", state.remove("topic"));
 *         return state;
 *     }
 *
 * }
 * }</pre>
 *
 * The methods run one after the other, up to the {@link StateVersion}, when the instance
 * wakes: before its state is read, on a worker thread, without a caller and without a
 * time limit. The result is stored by the save that each wake does. Decimal numbers are
 * {@code BigDecimal}, so that they keep their digits.
 * <p>
 * A method that throws an exception makes the state unreadable, and so does a result that
 * the state type cannot read, that has a property which the type does not have, or that
 * would differ after the next save. What is stored is kept then: see
 * {@link StateVersion}.
 * <p>
 * The application does not start if two methods migrate from the same version, if the
 * versions have a gap or do not lead to the current one, or if a method has another
 * signature. Methods for versions that are no longer stored can be removed, except the
 * last one.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface MigrateState {

	/**
	 * Version of the argument; the result has the next version.
	 */
	int from();

}
