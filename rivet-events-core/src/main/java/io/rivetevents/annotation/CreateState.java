package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called once for a new instance: returns its state. The return type is the type of the
 * state, which must be readable and writable with Jackson. Parameters: {@code
 * ActorContext}, {@link Input}. Without such a method the actor has no state. It ends
 * within the time limit of the life cycle hooks. The state stays on the server, so no
 * limit for messages applies to it.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CreateState {

}
