package io.rivetevents.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.SafeText;

/**
 * An action was called with an argument that does not fit its type or its constraints;
 * the method was not called. Published on a worker, after earlier events of the
 * connection.
 *
 * @param connection who called, {@code null} for the server itself
 * @param actor the instance
 * @param action name of the action
 * @param index position of the first argument that is wrong, from 0; the first one too
 * many if there are too many; -1 if it is none of the client's
 * @param value that argument as it was sent, {@code null} if it is missing
 * @param message what is wrong with it
 * @since 0.1.0
 */
public record BadRequestEvent(@Nullable Connection<?> connection, ActorAddress actor, String action, int index,
		@Nullable JsonNode value, String message) {

	/** Return it on one line, of bounded length, for the log. */
	@Override
	public String toString() {
		return "%s of %s by %s, argument %d: %s (%s)".formatted(SafeText.of(this.action), this.actor, this.connection,
				this.index, SafeText.of(this.message), SafeText.of(this.value));
	}

}
