package io.rivetevents.actor.call;

import java.time.Duration;

import io.rivetevents.delivery.HistoryLimits;

/**
 * Limits and times of the instances of an actor.
 *
 * @param actionTimeout longest time of an action that names none
 * @param connectionHookTimeout longest time of each hook that belongs to a connection
 * @param lifecycleHookTimeout longest time of each hook that belongs to an instance
 * @param sleepTimeout time without connections and calls until an instance sleeps, or
 * {@link #NEVER}
 * @param saveInterval longest time from a change of the state until it is saved
 * @param mailboxCapacity most turns that may wait for one instance; a client's message
 * beyond it is answered {@code actor.overloaded}
 * @param maxKeySize most bytes of UTF-8 of a serialized key
 * @param maxInputSize most bytes of an instance's input, as JSON
 * @param closeOnForbiddenSubscription whether a refused subscription closes the
 * connection, as Rivet does
 * @param history what is kept of events for clients that come back
 */
public record ActorSettings(Duration actionTimeout, Duration connectionHookTimeout, Duration lifecycleHookTimeout,
		Duration sleepTimeout, Duration saveInterval, int mailboxCapacity, int maxKeySize, int maxInputSize,
		boolean closeOnForbiddenSubscription, HistoryLimits history) {

	/**
	 * Sleep time-out of instances that stay in memory whatever the time, also while there
	 * is little room for others. They sleep only if they ask for it themselves, and at
	 * shutdown.
	 * @since 0.1.0
	 */
	public static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

	/** Values that the protocol document gives, or that suit a test. */
	public static final ActorSettings DEFAULTS = new ActorSettings(Duration.ofSeconds(60), Duration.ofSeconds(5),
			Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(1), 10_000, 1024, 64 * 1024, false,
			HistoryLimits.DEFAULTS);

	public ActorSettings withActionTimeout(Duration timeout) {
		return new ActorSettings(timeout, this.connectionHookTimeout, this.lifecycleHookTimeout, this.sleepTimeout,
				this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history);
	}

	public ActorSettings withSleepTimeout(Duration timeout) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout, timeout,
				this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history);
	}

	public ActorSettings withMailboxCapacity(int capacity) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, capacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history);
	}

	public ActorSettings withCloseOnForbiddenSubscription(boolean close) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize, close,
				this.history);
	}

	public ActorSettings withHistory(HistoryLimits history) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, history);
	}

}
