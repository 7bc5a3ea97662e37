package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Decides who may subscribe to an event by what stands on the method that declares it.
 */
public interface SubscriptionGuard {

	/** Lets everybody. */
	SubscriptionGuard NONE = new SubscriptionGuard() {

		@Override
		public boolean guards(Method event) {
			return false;
		}

		@Override
		public void check(Method event, @Nullable Principal principal) {
		}

	};

	/**
	 * Return whether something stands on a method that this decides by. Asked once, at
	 * start-up.
	 * @param event method of a contract
	 */
	boolean guards(Method event);

	/**
	 * Check that somebody may subscribe. Called in the turn, on a worker.
	 * @param event method of a contract that this guards
	 * @param principal who signed in, {@code null} if nobody did
	 * @throws RuntimeException if not; translated as one that an action throws
	 */
	void check(Method event, @Nullable Principal principal);

}
