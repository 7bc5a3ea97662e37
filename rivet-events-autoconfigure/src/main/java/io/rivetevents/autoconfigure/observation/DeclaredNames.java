/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.tracing.ObservationTracing;

/**
 * Finds the values of tags. All names that the application does not declare have one
 * value, since clients and data may choose them. Safe for use by several threads.
 */
final class DeclaredNames implements ObservationTracing.Names {

	/** Value for all names that are not declared. */
	static final String OTHER = "other";

	/** Value for the actor of an event that is for connections of several actors. */
	static final String NO_ACTOR = "none";

	/** Value for the end of a connection by its client. */
	static final String CLIENT = "client";

	/** Value for the end of a connection by the application. */
	static final String APPLICATION = "application";

	/** Reasons why a client that continues may have missed events. */
	private static final Set<String> MISSED = Set.of("history_exceeded", "epoch_changed", "unknown_position",
			"unknown_stream");

	private final ActorTypes types;

	DeclaredNames(ActorTypes types) {
		this.types = types;
	}

	/** Returns the name of an actor, if there is such an actor. */
	@Override
	public String actor(String actor) {
		return (this.types.find(actor) != null) ? actor : OTHER;
	}

	/** Returns the name of an action, if the actor has it. */
	@Override
	public String action(String actor, String action) {
		ActorType type = this.types.find(actor);
		return (type != null && type.action(action) != null) ? action : OTHER;
	}

	/**
	 * Returns the name of an event, if the actor declares it.
	 * @param actor name of the actor, {@code null} for all actors
	 */
	@Override
	public String event(@Nullable String actor, String event) {
		boolean declared = (actor != null) ? declares(actor, event)
				: this.types.names().stream().anyMatch((each) -> declares(each, event));
		return declared ? event : OTHER;
	}

	private boolean declares(String actor, String event) {
		ActorType type = this.types.find(actor);
		return type != null && type.declaredEvents().containsKey(event);
	}

	/**
	 * Returns the reason of the end of a connection.
	 * @param reason the reason of the server, {@code null} if the client has ended it
	 */
	static String reason(@Nullable CloseReason reason) {
		if (reason == null) {
			return CLIENT;
		}
		return (reason.code() == CloseReason.NORMAL) ? APPLICATION : error(reason.reason());
	}

	/**
	 * Returns an error.
	 * @param error group and code, separated by a dot
	 */
	static String error(String error) {
		return (ErrorCode.ofReason(error) != null) ? error : OTHER;
	}

	/**
	 * Returns the outcome of a reconnect with a position.
	 * @param reason why it may have missed events, {@code null} if it has missed none
	 */
	static String resumed(@Nullable String reason) {
		if (reason == null) {
			return "resumed";
		}
		return MISSED.contains(reason) ? reason : OTHER;
	}

}
