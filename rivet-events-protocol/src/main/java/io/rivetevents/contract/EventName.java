package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives an event, or a namespace of events, another name than its method or interface
 * has.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface EventName {

	/**
	 * The name; not empty. Where it stands in a namespace, that goes before it.
	 */
	String value();

}
