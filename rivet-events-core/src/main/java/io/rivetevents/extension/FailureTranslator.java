package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;

/**
 * Says what a client is told of an exception that is not meant for it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FailureTranslator {

	/**
	 * Translates a failure.
	 * @param failure what a method threw
	 * @return what the client is told, or {@code null} if this does not know
	 */
	@Nullable RivetException translate(Throwable failure);

}
