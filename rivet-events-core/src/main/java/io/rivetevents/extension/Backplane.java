/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.function.Consumer;

import org.springframework.util.Assert;
import reactor.core.publisher.Mono;

/**
 * Sends events and commands to the other nodes. Delivery is best effort: a node that
 * cannot be reached misses what is published in the meantime, which {@link #status()}
 * reports. Messages published by one thread arrive at each node in the order of its
 * calls.
 * <p>
 * Commands are optional. A backplane that supports them implements
 * {@link #carriesCommands()}, {@link #start(Consumer, Consumer)} and
 * {@link #publish(NodeCommand)}. Without command support, a logout closes only the
 * connections of its own node, which is logged, and {@code Connections.closeUser} fails.
 * <p>
 * An implementation must pass {@code AbstractBackplaneTests} of the module {@code
 * rivet-events-test}.
 *
 * @since 0.1.0
 */
public interface Backplane {

	/**
	 * Starts receiving. Returns at once: if the network is not available yet, it keeps
	 * trying.
	 * @param receiver receives what other nodes and external processes have published,
	 * but not what this node has published; called by one thread at a time, must not
	 * block
	 */
	void start(Consumer<AddressedEvent> receiver);

	/**
	 * Starts receiving events and commands, like {@link #start(Consumer)}. The default
	 * implementation receives events only.
	 * @param events receives the events
	 * @param commands receives the commands of other nodes and external processes, called
	 * like the receiver of events and by the same thread
	 * @since 0.1.0
	 */
	default void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
		start(events);
	}

	/**
	 * Returns whether commands are supported; {@code false} by default.
	 * @since 0.1.0
	 */
	default boolean carriesCommands() {
		return false;
	}

	/**
	 * Sends a command to the other nodes, under the same rules as an event: returns at
	 * once, never fails because of the network, and counts commands that cannot be
	 * published.
	 * @param command the command
	 * @throws UnsupportedOperationException if commands are not supported, as in the
	 * default implementation
	 * @since 0.1.0
	 */
	default void publish(NodeCommand command) {
		throw new UnsupportedOperationException(
				("Backplane %s does not support commands, so other nodes do not receive %s."
						+ " Implement carriesCommands(), start(events, commands) and publish(command)")
					.formatted(getClass().getName(), command.getClass().getSimpleName()));
	}

	/**
	 * Stops receiving and publishing. A stopped backplane may be started again.
	 */
	void stop();

	/**
	 * Publishes an event to the other nodes. Returns at once, never blocks, and never
	 * fails because of the network: events that cannot be published are counted. Safe for
	 * use by several threads.
	 * @param dispatch the event; its selection is {@code All} or {@code User}
	 * @throws IllegalArgumentException if it has another selection
	 */
	void publish(AddressedEvent dispatch);

	/**
	 * Publishes an event to the other nodes, and reports whether that has succeeded, for
	 * an event that is published again otherwise. The default implementation reports
	 * success at once.
	 * @param dispatch the event; its selection is {@code All} or {@code User}
	 * @return completes when the network has accepted the event; fails if it is not
	 * published. Publishes once for each subscription
	 * @since 0.1.0
	 */
	default Mono<Void> publishConfirmed(AddressedEvent dispatch) {
		return Mono.fromRunnable(() -> publish(dispatch));
	}

	/**
	 * Returns whether there may be other nodes; {@code true} by default.
	 * @since 0.1.0
	 */
	default boolean reachesOtherNodes() {
		return true;
	}

	/**
	 * Returns the status, for health and metrics.
	 */
	BackplaneStatus status();

	/**
	 * Checks that other nodes can find the connections that an event is for.
	 * @throws IllegalArgumentException if its selection is neither {@code All} nor {@code
	 * User}
	 */
	static void checkTravels(AddressedEvent dispatch) {
		Assert.isTrue(dispatch.selection() instanceof Selection.All || dispatch.selection() instanceof Selection.User,
				() -> "An event for other nodes must be for all connections or for one user, not for "
						+ dispatch.selection());
	}

}
