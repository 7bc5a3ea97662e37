package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * What clients get of an exception of the application's own, which need not extend
 * {@code UserError}:
 *
 * <pre>{@code
 * &#64;RivetError(group = "shop", code = "out_of_stock", status = 409, message = "Sold out")
 * class OutOfStockException extends RuntimeException {
 * }
 * }</pre>
 *
 * It holds wherever an actor, an interceptor or a rule throws the exception: over
 * WebSocket, Server-Sent Events and HTTP, also as the cause of an
 * {@code ExecutionException}, {@code CompletionException} or
 * {@code UndeclaredThrowableException}. Subclasses have the error of the closest class
 * with the annotation. The exception is logged at {@code DEBUG} alone. An exception
 * without the annotation is {@code rivetkit.internal_error}, and a bean of type
 * {@code FailureTranslator} is asked before it. Without effect on subclasses of
 * {@code RivetException} and {@code UserError}, which say all of this themselves.
 * <p>
 * Group and code have up to 64 letters, digits, dots, underscores and hyphens each. The
 * application does not start if a method of an actor declares an exception whose
 * annotation cannot be used; any other such exception is {@code rivetkit.internal_error}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface RivetError {

	/**
	 * The same as {@link #code()}.
	 */
	@AliasFor("code")
	String value() default "";

	/**
	 * Code of the error, by which programs tell it from others of its group. Required.
	 */
	@AliasFor("value")
	String code() default "";

	/**
	 * Group of the error. The default is that of {@code UserError}.
	 */
	String group() default "user";

	/**
	 * HTTP status of an answer, from 400 to 599, except for 408: browsers repeat a
	 * request that is answered so.
	 */
	int status() default 400;

	/**
	 * Text for people that the client gets. Empty: a fixed text, which says nothing.
	 */
	String message() default "";

	/**
	 * Whether the client gets the message of the exception instead, if it has one. It
	 * must say nothing that the client may not see; an exception with a cause and no
	 * message of its own has that of the cause.
	 */
	boolean exposeMessage() default false;

}
