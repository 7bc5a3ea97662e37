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

import org.springframework.core.annotation.AliasFor;

/**
 * A method of an {@link Actor} that clients can call, unless it is {@link #internal()}.
 * It runs as a turn of the instance, on a worker thread unless {@link #blocking()} is
 * {@code false}.
 * <p>
 * Parameters that no resolver supports take the client's arguments in order, converted
 * with the application's {@code JsonMapper}. A missing or {@code null} argument is
 * rejected unless its parameter is {@code @Nullable} or {@code Optional}.
 * {@link DefaultValue} supplies a missing argument. A last parameter with {@code ...}
 * takes the remaining arguments; otherwise surplus arguments are rejected. Bean
 * Validation constraints and {@code @Valid} on the parameters are checked. A rejected
 * call is answered with {@code actor.validation_error} and does not reach the method.
 * <p>
 * The method may return a value, nothing, {@code Mono}, {@code Flux} (sent as a list) or
 * {@code CompletionStage}. It may throw a {@code UserError}, which is sent to the client
 * unchanged, or an exception with {@link RivetError}. Any other exception is logged, and
 * the client receives a fixed text.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Action {

	/**
	 * Name that clients call. A dot makes a group, as in {@code users.add}. At most 250
	 * characters, without spaces and empty parts. Default: the name of the method.
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * Alias for {@link #value()}.
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Whether other turns may run while the asynchronous result of this method is
	 * pending. The method itself never runs at the same time as another method of the
	 * instance. The later steps of a {@code Mono} may, so they should not use the state
	 * directly.
	 */
	boolean interleave() default false;

	/**
	 * Whether the state is saved before the result is sent. If saving fails, or if the
	 * result cannot be written as JSON, the call fails and the state is reset to what it
	 * was before the call. The events that the method sends leave after the commit, and
	 * not at all if it fails; their receipts are pending until then, so the method must
	 * not wait for one. Cannot be combined with {@link #interleave()}.
	 */
	boolean durable() default false;

	/**
	 * Whether the method may block its thread: wait for a lock, a database or another
	 * service, or compute for a long time. A method that never blocks can set this to
	 * {@code false}. It is then called directly on the event loop that has read the
	 * client's message, which avoids the switch to a worker thread and back. If the
	 * method blocks nevertheless, it delays every client of that event loop, and
	 * {@code Mono.block()} may fail. The same holds for the conversion and validation of
	 * its arguments and for advice around it.
	 * <p>
	 * A worker thread still calls the method in these cases: a turn of the instance is
	 * running; the call is made over HTTP or with an idempotency key; the event loop has
	 * run many calls in succession; or the call may involve other code that blocks. Such
	 * code is an {@code InboundInterceptor} or {@code OutboundInterceptor} of the
	 * application, a listener for the action, or a method of the actor with
	 * {@link OnBeforeActionResponse}. The state is saved on worker threads as well.
	 * Cannot be combined with {@link #durable()}, {@link #interleave()} or a return type
	 * of {@code Mono}, {@code Flux} or {@code CompletionStage}.
	 */
	boolean blocking() default true;

	/**
	 * Whether a client may request the result when it connects, to get a view of the
	 * instance and all later events. The request is a {@code GET} of an event stream,
	 * which pages of other sites can cause too, so such an action must only read.
	 * Snapshots of other actions are rejected with {@code auth.forbidden}.
	 */
	boolean snapshot() default false;

	/**
	 * Whether the action is for schedules and calls of server code through {@code Actors}
	 * only. A call of a client is answered with {@code actor.action_not_found}, as if
	 * there were no such action, and the action is not in the description of the actor
	 * for clients. Cannot be combined with {@link #snapshot()}.
	 */
	boolean internal() default false;

	/**
	 * Time limit of this action, such as {@code 5s}. Default: the limit of the actor.
	 * When it is exceeded, the call is answered with {@code actor.action_timed_out}, the
	 * {@code Mono} is cancelled and the thread is interrupted.
	 */
	String timeout() default "";

}
