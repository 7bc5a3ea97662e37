/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.explain.Delivery.Kind;
import io.rivetevents.explain.InstanceDeliveries;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.outbound.GatewayLink;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Records the recipients of one event and what happens to it until it is queued. Used by
 * one thread.
 */
final class RecordedDispatch {

	/** Records nothing. */
	static final RecordedDispatch NONE = new RecordedDispatch(null, null);

	private final @Nullable InstanceDeliveries deliveries;

	private final @Nullable Sending sending;

	/**
	 * Creates a record.
	 * @param deliveries the record of the instance
	 * @param sending the record of the event
	 */
	RecordedDispatch(@Nullable InstanceDeliveries deliveries, @Nullable Sending sending) {
		this.deliveries = deliveries;
		this.sending = sending;
	}

	private void add(ActorConnection connection, Kind kind, @Nullable String reason) {
		if (this.sending != null) {
			this.sending.add(connection.id(), connection.user(), kind, reason);
		}
	}

	/**
	 * Records which connections are recipients, and why others are not.
	 * @param ofNode whether the event is for the connections of all actors
	 */
	void noteTargets(AddressedEvent event, List<ActorConnection> chosen, Collection<ActorConnection> all,
			boolean ofNode) {
		Set<ActorConnection> targets = new HashSet<>(chosen);
		// before the others, which may exceed the bound
		chosen.forEach((connection) -> add(connection, Kind.TARGETED, null));
		for (ActorConnection connection : all) {
			if (!targets.contains(connection) && !connection.isStateless()) {
				noteOther(event, connection, ofNode);
			}
		}
	}

	private void noteOther(AddressedEvent event, ActorConnection connection, boolean ofNode) {
		boolean wanted = !event.subscribed() || connection.wants(event.event(), event.tags());
		if (!wanted && connection.isSubscribed(event.event())) {
			add(connection, Kind.NOT_SUBSCRIBED, "its subscription has other tags");
		}
		else if (wanted && ofNode && event.subscribed() && connection.isKeptToActor(event.event())) {
			add(connection, Kind.NOT_SUBSCRIBED, "its subscription is for events of its own actor");
		}
		else if (wanted) {
			add(connection, Kind.NOT_SELECTED, describe(event.selection()));
		}
		else {
			String code = (this.deliveries != null) ? this.deliveries.refusal(connection.id(), event.event()) : null;
			add(connection, (code != null) ? Kind.REFUSED : Kind.NOT_SUBSCRIBED, code);
		}
	}

	private static @Nullable String describe(Selection selection) {
		return (selection instanceof Selection.Where) ? "by a predicate" : null;
	}

	/** Records what the interceptors have returned for a connection. */
	void noteInterceptors(ActorConnection connection, OutgoingMessage original, @Nullable OutgoingMessage prepared) {
		if (prepared == null) {
			add(connection, Kind.SKIPPED, null);
		}
		else if (prepared != original) {
			add(connection, Kind.CHANGED, null);
		}
	}

	/** Records whether a queue of this node has accepted the event. */
	void noteQueue(ActorConnection connection, @Nullable OutgoingMessage prepared, boolean added) {
		if (added) {
			add(connection, Kind.QUEUED, null);
		}
		else if (prepared != null) {
			CloseReason reason = connection.outbound().closeReason();
			add(connection, Kind.DROPPED, (reason != null) ? reason.reason() : "the socket is closed");
		}
	}

	/** Records whether the node of some recipients has accepted the event. */
	void noteSent(List<String> connectionIds, GatewayLink link, boolean accepted) {
		if (this.sending != null) {
			for (String id : connectionIds) {
				// its user is known since it became a recipient
				this.sending.add(id, null, accepted ? Kind.QUEUED : Kind.DROPPED,
						accepted ? "by " + link : link + " has not accepted it");
			}
		}
	}

	/** Records that the event is sent to no connection. */
	void noteFailure(Throwable ex) {
		if (this.sending != null) {
			this.sending.fail(ex);
		}
	}

}
