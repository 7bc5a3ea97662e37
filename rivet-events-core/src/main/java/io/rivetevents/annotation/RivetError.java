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
 * Defines the error that clients receive for an exception class of the application, which
 * need not extend {@code UserError}:
 *
 * <pre>{@code
 * &#64;RivetError(group = "shop", code = "out_of_stock", status = 409, message = "Sold out")
 * class OutOfStockException extends RuntimeException {
 * }
 * }</pre>
 *
 * The annotation applies wherever an actor, an interceptor or a rule throws the
 * exception, over WebSocket, Server-Sent Events and HTTP. It also applies if the
 * exception is the cause of an {@code ExecutionException}, {@code CompletionException} or
 * {@code UndeclaredThrowableException}. A subclass uses the annotation of its closest
 * annotated superclass. The exception is logged at {@code DEBUG} only. A bean of type
 * {@code FailureTranslator} takes precedence. An exception without the annotation becomes
 * {@code rivetkit.internal_error}. The annotation has no effect on subclasses of
 * {@code RivetException} and {@code UserError}, which carry their own error.
 * <p>
 * Group and code have up to 64 letters, digits, dots, underscores and hyphens each. The
 * application does not start if a method of an actor declares an exception with an
 * invalid annotation. Any other exception with an invalid annotation becomes
 * {@code rivetkit.internal_error}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface RivetError {

	/**
	 * Alias for {@link #code()}.
	 */
	@AliasFor("code")
	String value() default "";

	/**
	 * Code of the error, unique within its group. Required.
	 */
	@AliasFor("value")
	String code() default "";

	/**
	 * Group of the error. The default is that of {@code UserError}.
	 */
	String group() default "user";

	/**
	 * HTTP status of the response, from 400 to 599 except 408, because browsers repeat a
	 * request that is answered with 408.
	 */
	int status() default 400;

	/**
	 * Message that the client receives. Default: a fixed text without details.
	 */
	String message() default "";

	/**
	 * Whether the client receives the message of the exception instead, if it has one.
	 * The message must not contain confidential data. An exception that has a cause but
	 * no message of its own uses the message of the cause.
	 */
	boolean exposeMessage() default false;

}
