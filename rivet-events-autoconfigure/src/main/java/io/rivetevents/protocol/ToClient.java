package io.rivetevents.protocol;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * A message from the server: section 5.2 of the protocol document. The nodes in it are
 * not copied: whoever makes a message must not change them afterwards.
 */
public sealed interface ToClient {

	/**
	 * The client is connected. The first message, but for events that were sent while it
	 * connected.
	 *
	 * @param actorId id of the instance
	 * @param connectionId id of the connection
	 */
	record Init(String actorId, String connectionId) implements ToClient {
	}

	/**
	 * Something is wrong with an action, or with the connection.
	 *
	 * @param group group of the error
	 * @param code code of the error
	 * @param message text for people
	 * @param metadata value for programs, {@code null} for none; a null node is none too
	 * @param actionId which action, {@code null} if it is the connection
	 * @param actor which instance, {@code null} if unknown
	 */
	record Error(String group, String code, String message, @Nullable JsonNode metadata, @Nullable Long actionId,
			@Nullable ActorSpecifier actor) implements ToClient {

		public Error {
			metadata = (metadata != null && !metadata.isNull() && !metadata.isMissingNode()) ? metadata : null;
		}

	}

	/**
	 * The answer to an action.
	 *
	 * @param id which action
	 * @param output its result; {@code null} for none, which a client sees as
	 * {@code undefined}
	 */
	record ActionResponse(long id, @Nullable JsonNode output) implements ToClient {
	}

	/**
	 * Something that the actor tells.
	 *
	 * @param name name of the event
	 * @param args its arguments, copied; {@code null} in it becomes a null node
	 */
	record Event(String name, List<JsonNode> args) implements ToClient {

		public Event {
			args = args.stream().map(Event::present).toList();
		}

		private static JsonNode present(@Nullable JsonNode arg) {
			return (arg != null) ? arg : NullNode.getInstance();
		}

	}

}
