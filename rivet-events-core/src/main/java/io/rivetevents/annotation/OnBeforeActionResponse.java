package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called after an action has succeeded; what it returns is sent in place of the result.
 * Beside those of an action that need no argument, its parameters are, in this order, the
 * name of the action ({@code String}) and the result (the type of the parameter must take
 * every result; {@code Object} does).
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnBeforeActionResponse {

}
