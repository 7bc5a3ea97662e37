/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Renewal;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToClient.ResumeOutcome;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * What a gateway keeps of one client, so that it can connect it again: its subscriptions,
 * its position, and its unanswered calls. Sends the client what is for it. Used by one
 * thread at a time.
 */
final class ClientSide {

	private ConnectRequest request;

	private final Outbound queue;

	private final LinkCounters counters;

	private final LinkSubscriptions subscriptions;

	private final UnansweredCalls calls = new UnansweredCalls();

	private final HeldMessages held;

	/** Its new identity, if the client waits for an answer; {@code null} if not. */
	private @Nullable Renewal renewal;

	/** Position of the last message for the client; extended mode only. */
	private @Nullable Position position;

	/** Id of the instance that has accepted the client, {@code null} if none has. */
	private @Nullable String actorId;

	/** Whether the actor has accepted the client since the last attempt. */
	private boolean admitted;

	/**
	 * Creates the state of a client that is not accepted yet.
	 * @param request its request
	 * @param queue its queue
	 * @param counters counts clients that have missed events
	 */
	ClientSide(ConnectRequest request, Outbound queue, LinkCounters counters) {
		this.request = request;
		this.queue = queue;
		this.counters = counters;
		this.subscriptions = new LinkSubscriptions(request.stream() != null);
		this.held = new HeldMessages(queue);
	}

	// Connecting again

	/** Notes that an attempt to connect begins. */
	void awaitAdmission() {
		this.admitted = false;
		this.held.clear();
	}

	/**
	 * Returns the request of an attempt: to resume, if the client was accepted before.
	 */
	ConnectRequest request() {
		StreamRequest stream = this.request.stream();
		if (stream == null || this.actorId == null) {
			return this.request;
		}
		StreamRequest again = new StreamRequest(this.subscriptions.present(), this.position,
				StreamRequest.StreamProof.PROVEN, stream.stream(), stream.secret(), stream.snapshot(), null,
				stream.keepAlive());
		return new ConnectRequest(this.request.connectionId(), this.request.params(), this.request.identity(), false,
				again, this.request.gateway(), this.request.head());
	}

	/**
	 * Returns the id of the instance that has accepted the client, {@code null} if none
	 * has.
	 */
	@Nullable String actorId() {
		return this.actorId;
	}

	/**
	 * Takes over a client that the actor of this node has accepted.
	 * @param actorId id of the instance
	 * @param subscriptions its subscriptions
	 * @param position it has received all events up to it
	 */
	void adopt(String actorId, List<SubscriptionRequest> subscriptions, Position position) {
		this.actorId = actorId;
		this.subscriptions.connected(subscriptions, Set.of());
		this.position = (this.request.stream() != null) ? position : null;
	}

	/** Returns the subscriptions of a client whose request has none. */
	List<SubscriptionRequest> subscriptionsOfPlain() {
		return (this.request.stream() == null) ? this.subscriptions.present() : List.of();
	}

	/**
	 * Notes that a message that was sent to the actor has not begun.
	 * @return whether it is to be sent again: not if its client has an answer by now
	 */
	boolean withdraw(ToServer message) {
		if (message instanceof ToServer.ActionRequest request) {
			return this.calls.answer(request.id()) || request.options().oneWay();
		}
		if (message instanceof SubscriptionRequest request) {
			this.subscriptions.withdraw(request);
		}
		if (message instanceof ToServer.Authenticate authenticate && renewalOf(authenticate).answered()) {
			this.renewal = null;
		}
		return true;
	}

	/**
	 * Removes and returns what has to be sent again after the client is connected again,
	 * and its subscriptions are there: what is not answered.
	 */
	List<ToServer> takeRepeated() {
		List<ToServer> repeated = new ArrayList<>();
		if (this.renewal != null) {
			repeated.add(new ToServer.Authenticate(null, this.renewal));
			this.renewal = null;
		}
		repeated.addAll(this.subscriptions.takeRequested());
		repeated.addAll(this.calls.takeRepeatable());
		return repeated;
	}

	/** Sends the client the errors of its calls that may or may not have run. */
	void loseCalls() {
		for (long id : this.calls.takeLost()) {
			this.queue.send(OutgoingMessage.of(ToClient.Error.ofAction(ErrorCode.OUTCOME_UNKNOWN, id)));
		}
	}

	void end() {
		this.held.clear();
		this.calls.clear();
	}

	// To the actor

	/** Notes a message that was sent to the actor. */
	void sent(ToServer message) {
		if (message instanceof ToServer.ActionRequest request) {
			this.calls.add(request);
		}
		else if (message instanceof SubscriptionRequest request) {
			this.subscriptions.request(request);
		}
		else if (message instanceof ToServer.Authenticate authenticate) {
			renew(renewalOf(authenticate));
		}
	}

	/**
	 * From now on the client connects again with its new identity. Without an answer it
	 * has all of its effects at that time.
	 */
	private void renew(Renewal renewal) {
		this.request = this.request.withIdentity(renewal.identity());
		if (renewal.answered()) {
			this.renewal = renewal;
		}
		else if (this.renewal != null) {
			this.renewal = new Renewal(renewal.identity(), this.renewal.remaining(), true);
		}
	}

	private static Renewal renewalOf(ToServer.Authenticate message) {
		return (Renewal) Objects.requireNonNull(message.right());
	}

	// To the client

	/**
	 * Handles the first message for the client. One that was resumed does not notice it;
	 * any other receives the message again in its stream.
	 */
	void admit(ToClient first) {
		if (first instanceof ToClient.Welcome welcome) {
			admit(welcome, accept(welcome.actorId()));
		}
	}

	/**
	 * Notes that an instance has accepted the client.
	 * @return whether the client was accepted before
	 */
	private boolean accept(String actorId) {
		boolean again = this.actorId != null;
		this.actorId = actorId;
		this.admitted = true;
		return again;
	}

	private void admit(ToClient.Welcome welcome, boolean again) {
		Set<String> refused = welcome.refused().keySet();
		boolean resumed = again && welcome.outcome().kind() == ResumeOutcome.Kind.RESUMED;
		StreamRequest stream = this.request.stream();
		this.subscriptions.connected((again || stream == null) ? this.subscriptions.present() : stream.subscriptions(),
				refused);
		if (!resumed) {
			this.position = welcome.position();
		}
		if (again && !resumed) {
			this.counters.countResynced();
		}
		if (!again) {
			this.queue.release(OutgoingMessage.of(welcome));
		}
		else if (!resumed || !refused.isEmpty()) {
			this.queue.send(OutgoingMessage.of(welcome));
		}
		this.held.take().forEach(this::forward);
	}

	/**
	 * Handles a message for the client.
	 * @return whether there was room for it
	 */
	boolean receive(OutgoingMessage message) {
		if (message.message() instanceof ToClient.Init init) {
			if (!accept(init.actorId())) {
				this.queue.send(message);
			}
			return true;
		}
		if (!this.admitted && this.request.stream() != null) {
			return this.held.add(message);
		}
		forward(message);
		return true;
	}

	/** Sends the client the answer to a call; anything else is dropped. */
	void answer(OutgoingMessage message) {
		Long id = answered(message.message());
		if (id != null && this.calls.answer(id)) {
			this.queue.send(message);
		}
	}

	private void forward(OutgoingMessage message) {
		ToClient content = message.message();
		if (answered(content) != null) {
			answer(message);
		}
		else if (!(content instanceof ToClient.Event event) || isNew(event.position())) {
			note(content);
			this.queue.send(message);
		}
	}

	/** Returns the id of an answered call, {@code null} for any other message. */
	private static @Nullable Long answered(ToClient message) {
		if (message instanceof ToClient.ActionResponse response) {
			return response.id();
		}
		return (message instanceof ToClient.Error error) ? error.actionId() : null;
	}

	/** An event that was sent before the connection was lost may arrive again. */
	private boolean isNew(@Nullable Position position) {
		Position last = this.position;
		return position == null || last == null || !position.epoch().equals(last.epoch())
				|| position.sequence() > last.sequence();
	}

	private void note(ToClient message) {
		if (message instanceof ToClient.Event event) {
			advance(event.position());
		}
		else if (message instanceof ToClient.KeepAlive alive) {
			advance(alive.position());
		}
		else if (message instanceof ToClient.SubscriptionResponse response) {
			advance(response.position());
			this.subscriptions.answer(response.eventName(), response.subscribe(), response.error() != null);
		}
		else if (message instanceof ToClient.AuthenticateResponse) {
			this.renewal = null;
		}
		else if (message instanceof ToClient.Error error) {
			noteRefusal(error.metadata());
		}
	}

	private void noteRefusal(@Nullable JsonNode metadata) {
		if (metadata != null && metadata.path("eventName").isString()) {
			this.subscriptions.refuse(metadata.path("eventName").stringValue());
		}
	}

	private void advance(@Nullable Position position) {
		Position last = this.position;
		if (position != null && this.request.stream() != null
				&& (last == null || !last.epoch().equals(position.epoch()) || position.sequence() > last.sequence())) {
			this.position = position;
		}
	}

}
