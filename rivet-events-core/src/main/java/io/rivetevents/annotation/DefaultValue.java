package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value of a parameter of an {@link Action} for calls that leave its argument out, since
 * they have fewer arguments than the method has parameters:
 *
 * <pre>{@code
 * &#64;Action
 * List<Message> getHistory(ActorContext<Room, ?> c, @DefaultValue("20") int limit,
 *         &#64;DefaultValue("NEWEST") Order order) {
 *     return c.state().messages(limit, order);
 * }
 * }</pre>
 *
 * A {@code null} that is sent is no argument that is left out. Constraints on the
 * parameter hold for the value, too. Each call gets an object of its own.
 * <p>
 * The application does not start if the text is no value of the type of the parameter, if
 * the parameter is not the client's or takes the rest of the arguments, or if a parameter
 * behind it must be given.
 *
 * @since 0.1.0
 */
@Documented
@Target({ ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface DefaultValue {

	/**
	 * The value as a client sends it, in JSON, such as {@code 20}, {@code true} or
	 * {@code ["a", "b"]}. A text needs no quotes: {@code NEWEST} or {@code 2026-01-31}.
	 * For a {@code String} it is always the text itself, and for a {@code Duration} it is
	 * written as in properties, such as {@code 30s}, or as {@code PT30S}.
	 */
	String value();

}
