package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called after a turn in which the state has changed, as far as its JSON shows.
 * Parameters: {@code ActorContext}, and the state itself. What it changes itself is
 * saved, and does not call it again. It costs writing the state once after each turn that
 * read it, and once more after each call.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnStateChange {

}
