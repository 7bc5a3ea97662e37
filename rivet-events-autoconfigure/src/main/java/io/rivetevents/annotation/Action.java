package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * A method of an {@link Actor} that clients may call. It runs as a turn of the instance
 * on a worker thread.
 * <p>
 * Parameters that no resolver claims are the client's arguments, in order, converted with
 * the application's {@code JsonMapper}. An argument that is missing or {@code null} is
 * refused unless its parameter is {@code @Nullable} or {@code Optional}; a last parameter
 * with {@code ...} takes the rest; arguments too many are refused. Bean Validation
 * constraints and {@code @Valid} on the parameters are checked. Every such refusal is
 * answered {@code actor.validation_error} and does not reach the method.
 * <p>
 * It may return a value, nothing, {@code Mono}, {@code Flux} (answered as a list) or
 * {@code CompletionStage}. It may throw a {@code UserError}, which reaches the client as
 * it is; every other exception is logged and answered with a fixed text.
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
	 * Whether the state is saved before the caller gets the answer.
	 */
	boolean durable() default false;

	/**
	 * Whether the method may block its thread: wait for a lock, a database, another
	 * service, or compute for long. One that never does may say so, and is called at once
	 * on the thread that has read the message of the client, an event loop, which saves
	 * the way to a worker thread and back. One that blocks all the same, or what resolves
	 * and checks its arguments, holds up every client of that event loop; a
	 * {@code Mono.block()} in it fails.
	 * <p>
	 * It is called by a worker as any other if a turn of the instance is going on, over
	 * HTTP, and if something else takes part in the call that may block: an
	 * {@code InboundInterceptor} or {@code OutboundInterceptor}, a listener,
	 * {@link OnBeforeActionResponse}. The state is saved by workers, too. Not for methods
	 * that are {@link #durable()}, or return a {@code Mono}, {@code Flux} or
	 * {@code CompletionStage}.
	 */
	boolean blocking() default true;

	/**
	 * Longest time that this action may take, such as {@code 5s}. Empty: that of the
	 * actor. A longer one is answered {@code actor.action_timed_out}, its {@code Mono} is
	 * cancelled, its thread interrupted.
	 */
	String timeout() default "";

}
