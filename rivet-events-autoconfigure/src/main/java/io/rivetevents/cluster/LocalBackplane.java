package io.rivetevents.cluster;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.springframework.util.Assert;

import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Selection;

/**
 * The backplane of a node that is alone.
 */
public final class LocalBackplane implements Backplane {

	private final AtomicLong published = new AtomicLong();

	private volatile boolean started;

	@Override
	public void start(Consumer<Dispatch> receiver) {
		this.started = true;
	}

	@Override
	public void stop() {
		this.started = false;
	}

	@Override
	public void publish(Dispatch dispatch) {
		checkTravels(dispatch);
		this.published.incrementAndGet();
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.started, this.published.get(), 0, 0, 0, 0, 0);
	}

	/**
	 * Check that an event goes to whom other nodes can find.
	 */
	static void checkTravels(Dispatch dispatch) {
		Assert.isTrue(dispatch.selection() instanceof Selection.All || dispatch.selection() instanceof Selection.User,
				() -> "Only events for all or for one user travel, not for " + dispatch.selection());
	}

}
