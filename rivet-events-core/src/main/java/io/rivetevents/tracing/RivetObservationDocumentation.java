/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of actors: their names and keys.
 *
 * @since 0.1.0
 */
public enum RivetObservationDocumentation implements ObservationDocumentation {

	/** A client connects to an instance, until it is accepted or rejected. */
	CONNECTION(DefaultConnectionObservationConvention.class, LowKey.ACTOR, LowKey.OUTCOME),

	/** A call of an action, from its start to its result. */
	ACTION(DefaultActionObservationConvention.class, LowKey.ACTOR, LowKey.ACTION, LowKey.OUTCOME),

	/** An event is sent, until it is in the queues or waits for a commit. */
	BROADCAST(DefaultBroadcastObservationConvention.class, LowKey.ACTOR, LowKey.EVENT),

	/** A save of an instance. */
	SAVE(DefaultSaveObservationConvention.class, LowKey.ACTOR, LowKey.OUTCOME);

	private static final Set<String> NAMES = Stream.of(values())
		.map((each) -> "rivet." + each.name().toLowerCase(Locale.ROOT))
		.collect(Collectors.toUnmodifiableSet());

	private final Class<? extends ObservationConvention<? extends Observation.Context>> convention;

	private final KeyName[] keys;

	RivetObservationDocumentation(Class<? extends ObservationConvention<? extends Observation.Context>> convention,
			KeyName... keys) {
		this.convention = convention;
		this.keys = keys;
	}

	@Override
	public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
		return this.convention;
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return this.keys.clone();
	}

	/** An event has no instance if it is for connections of several actors. */
	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return (this == BROADCAST) ? EMPTY : HighKey.values();
	}

	@Override
	public String getPrefix() {
		return "rivet";
	}

	/**
	 * Returns whether an observation is one of these and has started with its default
	 * name. The meters already count and time such work, so that it needs no timer.
	 * @param context context of any observation
	 */
	public static boolean isUntimed(Observation.Context context) {
		String name = (context instanceof RivetObservationContext rivet) ? rivet.firstName() : null;
		return name != null && NAMES.contains(name);
	}

	/** Keys with a bounded number of values. */
	public enum LowKey implements KeyName {

		/** Name of the actor; {@code none} for connections of several actors. */
		ACTOR("rivet.actor"),

		/** Name of the action; {@code other} if the actor does not have it. */
		ACTION("rivet.action"),

		/** Name of the event; {@code other} if the actor does not declare it. */
		EVENT("rivet.event"),

		/**
		 * {@code succeeded}, {@code failed}, {@code timed_out} or {@code cancelled}; for
		 * saves also {@code stale} if another node has saved the instance.
		 */
		OUTCOME("rivet.outcome");

		private final String text;

		LowKey(String text) {
			this.text = text;
		}

		@Override
		public String asString() {
			return this.text;
		}

	}

	/** Keys for spans alone. */
	public enum HighKey implements KeyName {

		/** Key of the instance, as it is written in logs. */
		KEY("rivet.key");

		private final String text;

		HighKey(String text) {
			this.text = text;
		}

		@Override
		public String asString() {
			return this.text;
		}

	}

}
