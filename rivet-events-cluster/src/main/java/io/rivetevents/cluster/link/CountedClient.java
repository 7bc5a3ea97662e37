/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.delivery.ClientRequests;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The outbound path of a client whose actor is on another node. It counts the unanswered
 * calls and the subscriptions of the client on this node, and rejects what exceeds a
 * limit, as the actor does for a client of its own node. One-way calls have no answer and
 * are not counted, and subscriptions of the first message are not rejected: both are
 * bounded by the size of messages. Safe for use by several threads.
 */
final class CountedClient implements Outbound {

	private final Outbound queue;

	private final @Nullable ClientUsage usage;

	/** Unanswered calls, by their ids, which a client may use twice. */
	private final Map<Long, Deque<Call>> calls = new HashMap<>(0);

	/** By the name of the event. */
	private final Map<String, Subscription> subscriptions = new HashMap<>(0);

	private @Nullable Position position;

	private boolean open;

	private record Call(long bytes, boolean identified) {
	}

	/**
	 * A subscription.
	 *
	 * @param bytes memory that it uses
	 * @param before the subscription that it replaces if the actor accepts it, {@code
	 * null} if there is none
	 */
	private record Subscription(long bytes, @Nullable Subscription before) {
	}

	/**
	 * Creates a path.
	 * @param queue queue of the client
	 * @param usage usage of the client, {@code null} if it is not counted
	 */
	CountedClient(Outbound queue, @Nullable ClientUsage usage) {
		this.queue = queue;
		this.usage = usage;
	}

	/**
	 * Begins to count.
	 * @param request the client's request
	 * @return {@code actor.overloaded} if a limit was reached, {@code null} if none
	 */
	synchronized @Nullable RivetException open(ConnectRequest request) {
		if (this.usage == null) {
			return null;
		}
		long bytes = MessageWeight.ofRequest(null, null);
		Limit met = this.usage.begin(bytes);
		if (met != null) {
			return overloaded(met, "connect");
		}
		boolean identified = this.usage.isIdentified();
		this.usage.enter();
		this.usage.end(bytes, identified);
		this.open = true;
		if (request.stream() != null) {
			request.stream().subscriptions().forEach(this::subscribe);
		}
		return null;
	}

	/** Ends all that counts. No effect when called again. */
	synchronized void end() {
		if (this.usage == null || !this.open) {
			return;
		}
		this.open = false;
		this.calls.values().forEach((calls) -> calls.forEach(this::end));
		this.calls.clear();
		this.subscriptions.clear();
		this.usage.unsubscribeAll();
		this.usage.leave();
	}

	// To the actor

	/**
	 * Counts a message of the client. If a limit is reached, the client receives the
	 * error.
	 * @return whether the actor receives the message
	 */
	boolean accepts(ToServer message) {
		OutgoingMessage refusal = refusal(message);
		if (refusal != null) {
			this.queue.send(refusal);
		}
		return refusal == null;
	}

	private synchronized @Nullable OutgoingMessage refusal(ToServer message) {
		if (this.usage == null || !this.open) {
			return null;
		}
		ToClient refusal = null;
		if (message instanceof ToServer.ActionRequest request && isAnswered(request)) {
			refusal = begin(this.usage, request);
		}
		else if (message instanceof ToServer.SubscriptionRequest request) {
			refusal = change(request);
		}
		return (refusal != null) ? OutgoingMessage.of(refusal) : null;
	}

	private static boolean isAnswered(ToServer.ActionRequest request) {
		return !request.options().oneWay() && !request.name().equals(ClientRequests.REPLY);
	}

	private @Nullable ToClient begin(ClientUsage usage, ToServer.ActionRequest request) {
		Call call = new Call(MessageWeight.of(request), usage.isIdentified());
		Limit met = usage.begin(call.bytes());
		if (met != null) {
			return error(overloaded(met, "message"), request.id());
		}
		this.calls.computeIfAbsent(request.id(), (id) -> new ArrayDeque<>(1)).add(call);
		return null;
	}

	private static RivetException overloaded(Limit met, String operation) {
		JsonNode metadata = JsonNodeFactory.instance.objectNode()
			.put("channel", met.property())
			.put("operation", operation);
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), metadata);
	}

	private @Nullable ToClient change(ToServer.SubscriptionRequest request) {
		if (!request.subscribe()) {
			forget(request.eventName());
			return null;
		}
		return subscribe(request) ? null : refusal(request.eventName());
	}

	private boolean subscribe(ToServer.SubscriptionRequest request) {
		ClientUsage usage = this.usage;
		if (usage == null) {
			return true;
		}
		long bytes = MessageWeight.of(request);
		Subscription before = this.subscriptions.get(request.eventName());
		Limit met = (before == null) ? usage.subscribe(bytes) : usage.resubscribe(before.bytes(), bytes);
		if (met == null) {
			Subscription accepted = (before != null) ? new Subscription(before.bytes(), null) : null;
			this.subscriptions.put(request.eventName(), new Subscription(bytes, accepted));
		}
		return met == null;
	}

	private ToClient refusal(String event) {
		RivetException ex = new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS,
				ErrorCode.TOO_MANY_SUBSCRIPTIONS.message(),
				JsonNodeFactory.instance.objectNode().put("eventName", event));
		ToClient.Error error = error(ex, null);
		return (this.position != null) ? new ToClient.SubscriptionResponse(event, true, this.position, error) : error;
	}

	private static ToClient.Error error(RivetException ex, @Nullable Long id) {
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), (JsonNode) ex.metadata(), id, null);
	}

	// To the client

	@Override
	public Outcome send(OutgoingMessage message) {
		note(message.message());
		return this.queue.send(message);
	}

	@Override
	public void release(OutgoingMessage first) {
		note(first.message());
		this.queue.release(first);
	}

	private synchronized void note(ToClient message) {
		if (message instanceof ToClient.ActionResponse response) {
			answered(response.id());
		}
		else if (message instanceof ToClient.Error error) {
			note(error);
		}
		else if (message instanceof ToClient.SubscriptionResponse response) {
			this.position = response.position();
			if (response.subscribe() && response.error() != null) {
				refused(response.eventName());
			}
		}
		else if (message instanceof ToClient.Welcome welcome) {
			this.position = welcome.position();
			welcome.refused().keySet().forEach(this::refused);
		}
		else if (message instanceof ToClient.Event event && event.position() != null) {
			this.position = event.position();
		}
	}

	private void note(ToClient.Error error) {
		if (error.actionId() != null) {
			answered(error.actionId());
		}
		else if (error.metadata() != null && error.metadata().path("eventName").isString()) {
			refused(error.metadata().path("eventName").stringValue());
		}
	}

	private void answered(long id) {
		Deque<Call> calls = this.calls.get(id);
		if (calls != null) {
			end(calls.remove());
			if (calls.isEmpty()) {
				this.calls.remove(id);
			}
		}
	}

	private void end(Call call) {
		if (this.usage != null) {
			this.usage.end(call.bytes(), call.identified());
		}
	}

	/** The actor has rejected a subscription, and keeps the one before. */
	private void refused(String event) {
		Subscription refused = this.subscriptions.get(event);
		Subscription before = (refused != null) ? refused.before() : null;
		if (this.usage != null && refused != null && before != null) {
			this.subscriptions.put(event, before);
			this.usage.resubscribe(refused.bytes(), before.bytes());
		}
		else {
			forget(event);
		}
	}

	private void forget(String event) {
		Subscription subscription = this.subscriptions.remove(event);
		if (this.usage != null && subscription != null) {
			this.usage.unsubscribe(subscription.bytes());
		}
	}

	@Override
	public void close(CloseReason reason) {
		this.queue.close(reason);
	}

	@Override
	public @Nullable CloseReason closeReason() {
		return this.queue.closeReason();
	}

	@Override
	public int sizeOf(OutgoingMessage message) {
		return this.queue.sizeOf(message);
	}

	@Override
	public int maxMessageSize() {
		return this.queue.maxMessageSize();
	}

	@Override
	public long maxQueuedBytes() {
		return this.queue.maxQueuedBytes();
	}

	@Override
	public Gateway.@Nullable Bounds bounds() {
		return this.queue.bounds();
	}

}
