package io.rivetevents.extension;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * Does something around each call of an actor's method, on the thread of the call.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface InvocationDecorator {

	/**
	 * Makes the call.
	 * @param invocation what is called
	 * @param call the call itself
	 * @return its result, a {@code Mono} if it comes later; may be decorated, too
	 * @throws Exception what the method threw
	 */
	@Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception;

}
