package io.rivetevents.protocol;

import java.util.List;
import java.util.Set;

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
	 * @param tags only events with one of these tags are wanted, or with none; empty for
	 * all events. The RivetKit protocol has no tags
	 */
	record SubscriptionRequest(String eventName, boolean subscribe, Set<String> tags) implements ToServer {

		public SubscriptionRequest {
			tags = Set.copyOf(tags);
		}

		public SubscriptionRequest(String eventName, boolean subscribe) {
			this(eventName, subscribe, Set.of());
		}

	}

}
