/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.time.Duration;

import io.rivetevents.actor.hibernation.HibernationSettings;
import io.rivetevents.delivery.HistoryLimits;

/**
 * Limits and timeouts of the instances of an actor.
 *
 * @param actionTimeout timeout of an action that declares none
 * @param connectionHookTimeout timeout of each hook of a connection
 * @param lifecycleHookTimeout timeout of each hook of an instance
 * @param sleepTimeout time without connections and calls until an instance sleeps, or
 * {@link #NEVER}
 * @param saveInterval maximum time from a change of the state until it is saved
 * @param mailboxCapacity maximum number of waiting turns of one instance; further client
 * messages are answered with {@code actor.overloaded}
 * @param maxKeySize maximum size of a serialized key, in bytes of UTF-8
 * @param maxInputSize maximum size of an instance's input, in bytes of JSON
 * @param closeOnForbiddenSubscription whether a rejected subscription closes the
 * connection, as in Rivet
 * @param history limits of the event history for clients that reconnect
 * @param state how the state is saved
 * @param hibernation whether instances sleep while clients are connected
 */
public record ActorSettings(Duration actionTimeout, Duration connectionHookTimeout, Duration lifecycleHookTimeout,
		Duration sleepTimeout, Duration saveInterval, int mailboxCapacity, int maxKeySize, int maxInputSize,
		boolean closeOnForbiddenSubscription, HistoryLimits history, StateSettings state,
		HibernationSettings hibernation) {

	/**
	 * How the state of an instance is saved.
	 *
	 * @param sync whether each action is durable
	 * @param maxSize maximum size of a state, in bytes of JSON
	 */
	public record StateSettings(boolean sync, int maxSize) {

		/** Default values. */
		public static final StateSettings DEFAULTS = new StateSettings(false, 4 * 1024 * 1024);

	}

	/**
	 * Sleep timeout of instances that stay in memory, even while memory for other
	 * instances is scarce. They sleep only at their own request and at shutdown.
	 * @since 0.1.0
	 */
	public static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

	/** Default values, for tests. */
	public static final ActorSettings DEFAULTS = new ActorSettings(Duration.ofSeconds(60), Duration.ofSeconds(5),
			Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(1), 10_000, 1024, 64 * 1024, false,
			HistoryLimits.DEFAULTS, StateSettings.DEFAULTS, HibernationSettings.DEFAULTS);

	public ActorSettings withActionTimeout(Duration timeout) {
		return new ActorSettings(timeout, this.connectionHookTimeout, this.lifecycleHookTimeout, this.sleepTimeout,
				this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history, this.state, this.hibernation);
	}

	public ActorSettings withSleepTimeout(Duration timeout) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout, timeout,
				this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history, this.state, this.hibernation);
	}

	public ActorSettings withMailboxCapacity(int capacity) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, capacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history, this.state, this.hibernation);
	}

	public ActorSettings withCloseOnForbiddenSubscription(boolean close) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize, close,
				this.history, this.state, this.hibernation);
	}

	public ActorSettings withHistory(HistoryLimits history) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, history, this.state, this.hibernation);
	}

	public ActorSettings withState(StateSettings state) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history, state, this.hibernation);
	}

	public ActorSettings withHibernation(HibernationSettings hibernation) {
		return new ActorSettings(this.actionTimeout, this.connectionHookTimeout, this.lifecycleHookTimeout,
				this.sleepTimeout, this.saveInterval, this.mailboxCapacity, this.maxKeySize, this.maxInputSize,
				this.closeOnForbiddenSubscription, this.history, this.state, hibernation);
	}

}
