package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says how much is kept of an event, or of each event of a namespace, for clients that
 * were away for a moment and come back: see {@code rivet.events.history.*} for what is
 * kept of the others. All are kept in memory with the instance, and their bytes count
 * together. A client that has missed one that is no longer kept is told {@code resynced}.
 * Without effect on a {@link Volatile} event, of which nothing is kept.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface History {

	/**
	 * Most events that are kept of a name; 0 for none.
	 */
	int maxEvents();

	/**
	 * Longest time for which one is kept, such as {@code 30s} or {@code 5m}; empty for
	 * that of the others.
	 */
	String maxAge() default "";

}
