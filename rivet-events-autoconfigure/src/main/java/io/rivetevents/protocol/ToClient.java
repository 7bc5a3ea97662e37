package io.rivetevents.protocol;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message from the server: section 5.2 of the protocol document.
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
	 * @param metadata value for programs, {@code null} for none
	 * @param actionId which action, {@code null} if it is the connection
	 * @param actor which instance, {@code null} if unknown
	 */
	record Error(String group, String code, String message, @Nullable JsonNode metadata, @Nullable Long actionId,
			@Nullable ActorSpecifier actor) implements ToClient {
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
	 * @param args its arguments
	 */
	record Event(String name, List<JsonNode> args) implements ToClient {

		public Event {
			args = List.copyOf(args);
		}

	}

}
