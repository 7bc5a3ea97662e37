package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;

/**
 * The context of the method of an actor that runs on a thread, which
 * {@link ActorContext#current()} returns. Public for the runtime alone, which sets it.
 *
 * @since 0.1.0
 */
public final class CurrentContext {

	private static final ThreadLocal<@Nullable ActorContext<?, ?>> CURRENT = new ThreadLocal<>();

	private CurrentContext() {
	}

	/** Returns the context of the method that runs on this thread, if any. */
	public static @Nullable ActorContext<?, ?> get() {
		return CURRENT.get();
	}

	/**
	 * Sets the context of this thread.
	 * @param context the context, {@code null} for none
	 * @return what it was before, for {@link #leave}
	 */
	public static @Nullable ActorContext<?, ?> enter(@Nullable ActorContext<?, ?> context) {
		ActorContext<?, ?> before = CURRENT.get();
		if (context != before) {
			leave(context);
		}
		return before;
	}

	/**
	 * Sets the context of this thread back.
	 * @param before what {@link #enter} has returned
	 */
	public static void leave(@Nullable ActorContext<?, ?> before) {
		if (before != null) {
			CURRENT.set(before);
		}
		else {
			CURRENT.remove();
		}
	}

}
