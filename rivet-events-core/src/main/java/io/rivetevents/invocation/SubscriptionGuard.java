package io.rivetevents.invocation;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import io.rivetevents.contract.reflect.EventMethod;

/**
 * Decides who may subscribe to an event by what stands on its declaration.
 */
public interface SubscriptionGuard {

	/**
	 * Lets everybody, and takes nothing that says otherwise: the application does not
	 * start with it.
	 */
	SubscriptionGuard NONE = new SubscriptionGuard() {

		@Override
		public boolean guards(EventMethod event) {
			return false;
		}

		@Override
		public void check(EventMethod event, @Nullable Principal principal) {
		}

	};

	/**
	 * Returns whether something stands on its declaration that this decides by. Asked once
	 * for each actor and event, at start-up; where it says no, {@link #check} is never
	 * called. If it fails, the application does not start.
	 * @param event what a contract declares
	 */
	boolean guards(EventMethod event);

	/**
	 * Checks that somebody may subscribe. Called in the turn, on a worker.
	 * @param event what a contract declares, and this guards
	 * @param principal who signed in, {@code null} if nobody did
	 * @throws RuntimeException if not; translated as one that an action throws
	 */
	void check(EventMethod event, @Nullable Principal principal);

}
