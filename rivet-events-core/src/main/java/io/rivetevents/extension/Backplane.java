package io.rivetevents.extension;

import java.util.function.Consumer;

import org.springframework.util.Assert;

/**
 * Carries events and commands to the other nodes. Delivery is best effort: what is
 * published while a node cannot be reached is lost for it, which {@link #status()} tells.
 * What one thread publishes arrives at each node in the order of its calls.
 * <p>
 * Commands are optional. A backplane that carries them implements
 * {@link #carriesCommands()}, {@link #start(Consumer, Consumer)} and
 * {@link #publish(NodeCommand)}. With one that does not, a logout closes the connections
 * of its own node alone, which is logged, and {@code Connections.closeUser} fails.
 * <p>
 * An implementation passes {@code AbstractBackplaneTests} of module
 * {@code rivet-events-test}.
 *
 * @since 0.1.0
 */
public interface Backplane {

	/**
	 * Begins to receive. Returns at once: where the network is not there yet, it goes on
	 * trying.
	 * @param receiver gets what other nodes and external processes have published, never
	 * what this node has; called by one thread at a time, must not block
	 */
	void start(Consumer<AddressedEvent> receiver);

	/**
	 * Begins to receive events and commands, like {@link #start(Consumer)}. This
	 * implementation receives events alone.
	 * @param events gets the events
	 * @param commands gets the commands of other nodes and external processes, called
	 * like the receiver of events and by the same thread
	 * @since 0.1.0
	 */
	default void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
		start(events);
	}

	/**
	 * Returns whether commands are carried; this implementation carries none.
	 * @since 0.1.0
	 */
	default boolean carriesCommands() {
		return false;
	}

	/**
	 * Sends a command to the other nodes, under the same rules as an event: returns at
	 * once, never fails because of the network, and counts what cannot be published.
	 * @param command the command
	 * @throws UnsupportedOperationException if no commands are carried, as by this
	 * implementation
	 * @since 0.1.0
	 */
	default void publish(NodeCommand command) {
		throw new UnsupportedOperationException(
				"Backplane %s carries no commands: other nodes do not get %s. Implement carriesCommands(), start(events, commands) and publish(command)"
					.formatted(getClass().getName(), command.getClass().getSimpleName()));
	}

	/**
	 * Stops receiving and publishing. A stopped backplane may be started again.
	 */
	void stop();

	/**
	 * Notifies the other nodes. Returns at once, never blocks, and never fails because of the
	 * network: what cannot be published is counted. Safe for use by several threads.
	 * @param dispatch what to tell; its selection is {@code All} or {@code User}
	 * @throws IllegalArgumentException if it has another selection
	 */
	void publish(AddressedEvent dispatch);

	/**
	 * Returns how it goes, for health and metrics.
	 */
	BackplaneStatus status();

	/**
	 * Checks that an event goes to whom other nodes can find.
	 * @throws IllegalArgumentException if its selection is neither {@code All} nor
	 * {@code User}
	 */
	static void checkTravels(AddressedEvent dispatch) {
		Assert.isTrue(dispatch.selection() instanceof Selection.All || dispatch.selection() instanceof Selection.User,
				() -> "Only events for all or for one user travel, not for " + dispatch.selection());
	}

}
