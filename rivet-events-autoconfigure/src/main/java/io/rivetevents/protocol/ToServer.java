package io.rivetevents.protocol;

import java.util.List;

import tools.jackson.databind.JsonNode;

/**
 * A message from a client: section 5.3 of the protocol document.
 */
public sealed interface ToServer {

	/**
	 * Calls an action.
	 *
	 * @param id what the answer will carry; chosen by the client, not negative
	 * @param name name of the action
	 * @param args its arguments, copied
	 */
	record ActionRequest(long id, String name, List<JsonNode> args) implements ToServer {

		public ActionRequest {
			args = List.copyOf(args);
		}

	}

	/**
	 * Subscribes to an event, or no longer.
	 *
	 * @param eventName name of the event
	 * @param subscribe whether the client wants it
	 */
	record SubscriptionRequest(String eventName, boolean subscribe) implements ToServer {
	}

}
