package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an action that is not answered, not even where it fails: a failure is logged. It
 * must return nothing. A published RivetKit client waits for an answer to everything it
 * calls, so it should not wait for the promise of such a call. Over HTTP, where a request
 * has a response, it is answered as other actions are.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OneWay {

}
