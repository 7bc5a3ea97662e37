package io.rivetevents.extension;

import java.util.function.Consumer;

import org.springframework.util.Assert;

/**
 * Carries events to the other nodes. Delivery is best effort: what is published while a
 * node cannot be reached is lost for it, which {@link #status()} tells. The events of one
 * publishing thread arrive at each node in the order of its calls.
 * <p>
 * An implementation passes {@code AbstractBackplaneTests} of module
 * {@code rivet-events-test}.
 */
public interface Backplane {

	/**
	 * Begin to receive. Returns at once: where the network is not there yet, it goes on
	 * trying.
	 * @param receiver gets what other nodes and external processes have published, never
	 * what this node has; called by one thread at a time, must not block
	 */
	void start(Consumer<AddressedEvent> receiver);

	/**
	 * Stop receiving and publishing. A stopped backplane may be started again.
	 */
	void stop();

	/**
	 * Tell the other nodes. Returns at once, never blocks, and never fails because of the
	 * network: what cannot be published is counted. Safe for use by several threads.
	 * @param dispatch what to tell; its selection is {@code All} or {@code User}
	 * @throws IllegalArgumentException if it has another selection
	 */
	void publish(AddressedEvent dispatch);

	/**
	 * Return how it goes, for health and metrics.
	 */
	BackplaneStatus status();

	/**
	 * Check that an event goes to whom other nodes can find.
	 * @throws IllegalArgumentException if its selection is neither {@code All} nor
	 * {@code User}
	 */
	static void checkTravels(AddressedEvent dispatch) {
		Assert.isTrue(dispatch.selection() instanceof Selection.All || dispatch.selection() instanceof Selection.User,
				() -> "Only events for all or for one user travel, not for " + dispatch.selection());
	}

}
