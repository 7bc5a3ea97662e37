package io.rivetevents.transport;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ClientUsage;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * What a client sends before it is known to be connected. It may have its welcome by
 * then, and say a lot at once. Used on the thread of the session.
 */
final class EarlyMessages {

	/** {@code null} while there are none. */
	private @Nullable List<Early> waiting;

	/**
	 * A message that came before the welcome.
	 *
	 * @param message the message
	 * @param identified whether the user was known by then, and it counts in the user's
	 * share
	 */
	private record Early(ToServer message, boolean identified) {
	}

	/**
	 * Keeps a message.
	 * @param usage what the client takes of the node, {@code null} if it may take nothing
	 * @return whether there is room for it
	 */
	boolean add(ToServer message, @Nullable ClientUsage usage) {
		List<Early> waiting = (this.waiting != null) ? this.waiting : new ArrayList<>();
		this.waiting = waiting;
		if (usage == null || usage.begin(MessageWeight.of(message)) != null) {
			return false;
		}
		waiting.add(new Early(message, usage.isIdentified()));
		return true;
	}

	/**
	 * Takes all out, in their order; they count no more.
	 * @param usage as they were added with
	 */
	List<ToServer> take(@Nullable ClientUsage usage) {
		List<Early> waiting = this.waiting;
		this.waiting = null;
		if (waiting == null || usage == null) {
			return List.of();
		}
		waiting.forEach((each) -> usage.end(MessageWeight.of(each.message()), each.identified()));
		return waiting.stream().map(Early::message).toList();
	}

}
