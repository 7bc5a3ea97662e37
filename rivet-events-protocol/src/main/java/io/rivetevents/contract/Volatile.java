package io.rivetevents.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an event, or all of a namespace, that a slow connection can do without: where its
 * queue is full the oldest such events are dropped and counted, so that the newest is
 * kept, and the connection stays open. Right for positions, cursors and typing
 * indicators, of which only the latest counts.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface Volatile {

}
