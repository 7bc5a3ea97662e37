package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when a client names a key at which there is no instance, before anything is made
 * of it: by a connect, a stateless call, or over {@code /actors}. Parameters:
 * {@code ActorContext}, of which only the key is there yet, {@code Principal},
 * {@code RequestHead}, {@link ConnParams}, {@link Input}. Returns whether the client may
 * create the instance, as {@code boolean} or {@code Mono<Boolean>}, or returns nothing
 * and throws a {@code UserError} to refuse. Of one that returns something only
 * {@code true} lets in: {@code false}, {@code null} and an empty {@code Mono} are
 * {@code auth.forbidden}. No trace of the instance stays. It must end within
 * {@code rivet.events.actor.connection-hook-timeout}. Not called where the server itself
 * creates an instance.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CanCreate {

}
