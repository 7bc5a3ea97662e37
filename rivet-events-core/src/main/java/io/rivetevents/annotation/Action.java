package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * A method of an {@link Actor} that clients may call. It runs as a turn of the instance,
 * on a worker thread unless it {@linkplain #blocking() never blocks}.
 * <p>
 * Parameters that no resolver claims are the client's arguments, in order, converted with
 * the application's {@code JsonMapper}. An argument that is missing or {@code null} is
 * refused unless its parameter is {@code @Nullable} or {@code Optional};
 * {@link DefaultValue} stands for one that is missing; a last parameter with {@code ...}
 * takes the rest; arguments too many are refused. Bean Validation constraints and
 * {@code @Valid} on the parameters are checked. Every such refusal is answered
 * {@code actor.validation_error} and does not reach the method.
 * <p>
 * It may return a value, nothing, {@code Mono}, {@code Flux} (answered as a list) or
 * {@code CompletionStage}. It may throw a {@code UserError}, which reaches the client as
 * it is, or an exception with {@link RivetError}; every other exception is logged and
 * answered with a fixed text.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Action {

	/**
	 * Name that clients call; a dot makes a group, as in {@code users.add}. Empty: the
	 * name of the method.
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The same as {@link #value()}.
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Whether other turns may run while what this method returned is still going on. The
	 * method itself still never runs beside another of the same instance; what a
	 * {@code Mono} does later may, and must not touch the state without need.
	 */
	boolean interleave() default false;

	/**
	 * Whether the state is saved before the caller gets the answer. If that fails, the
	 * call fails, and the state is what it was before the call. Not for methods that are
	 * {@link #interleave()}.
	 */
	boolean durable() default false;

	/**
	 * Whether the method may block its thread: wait for a lock, a database, another
	 * service, or compute for long. One that never does may say so, and is called at once
	 * on the thread that has read the message of the client, an event loop, which saves
	 * the way to a worker thread and back. If it blocks all the same, or what converts
	 * and checks its arguments, or an advice around it, it holds up every client of that
	 * event loop; a {@code Mono.block()} in it may fail.
	 * <p>
	 * A worker calls it as any other if a turn of the instance is going on, for a call
	 * over HTTP or with an idempotency key, while the event loop has had much to do at a
	 * stretch, and if the call may need something else that blocks: the application has
	 * an {@code InboundInterceptor} or {@code OutboundInterceptor}, somebody listens to
	 * the action, or the actor has a method with {@link OnBeforeActionResponse}. Workers
	 * save the state, too. Not for methods that are {@link #durable()} or
	 * {@link #interleave()}, or return a {@code Mono}, {@code Flux} or
	 * {@code CompletionStage}.
	 */
	boolean blocking() default true;

	/**
	 * Whether a client may ask for the result with its connect, so that it gets a view of
	 * the instance and the events after it. The request for that is a {@code GET} of an
	 * event stream, which other pages can cause too: such an action must only read.
	 * Others are answered {@code auth.forbidden}.
	 */
	boolean snapshot() default false;

	/**
	 * Longest time that this action may take, such as {@code 5s}. Empty: that of the
	 * actor. A longer one is answered {@code actor.action_timed_out}, its {@code Mono} is
	 * cancelled, its thread interrupted.
	 */
	String timeout() default "";

}
