/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
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
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
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

	/** Whether the actor answers each request for a subscription. */
	private boolean answers;

	private record Call(long bytes, boolean identified) {
	}

	/**
	 * The subscription of one event, as it is if the actor accepts the last request.
	 *
	 * @param bytes memory that is counted, 0 if it is not counted
	 * @param accepted memory of what the actor has accepted, 0 if it has nothing. If
	 * several requests wait, it is that of the last one
	 * @param requests number of requests without an answer
	 */
	private record Subscription(long bytes, long accepted, int requests) {

		private static final Subscription NONE = new Subscription(0, 0, 0);

		Subscription requested(long bytes, boolean answered) {
			return answered ? new Subscription(bytes, this.accepted, this.requests + 1)
					: new Subscription(bytes, (bytes != 0) ? this.bytes : 0, 0);
		}

		/**
		 * Returns it after answers of the actor.
		 * @param accepted memory of what the actor has accepted by now
		 * @param answers number of answers
		 */
		Subscription answered(long accepted, int answers) {
			int rest = Math.max(0, this.requests - answers);
			return new Subscription((rest > 0) ? this.bytes : accepted, accepted, rest);
		}

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
	@Nullable RivetException open(ConnectRequest request) {
		return open(request, (request.stream() != null) ? request.stream().subscriptions() : List.of());
	}

	/**
	 * Begins to count a client that has subscriptions.
	 * @param request its request
	 * @param subscriptions its subscriptions
	 * @return as {@link #open(ConnectRequest)}
	 */
	synchronized @Nullable RivetException open(ConnectRequest request, List<SubscriptionRequest> subscriptions) {
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
		subscriptions.forEach((each) -> {
			long weight = MessageWeight.of(each);
			count(each.eventName(), new Subscription(weight, weight, 0));
		});
		this.answers = request.stream() != null;
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
			count(request.eventName(), subscription(request.eventName()).requested(0, this.answers));
			return null;
		}
		Subscription requested = subscription(request.eventName()).requested(MessageWeight.of(request), this.answers);
		return count(request.eventName(), requested) ? null : refusal(request.eventName());
	}

	private Subscription subscription(String event) {
		return this.subscriptions.getOrDefault(event, Subscription.NONE);
	}

	/**
	 * Counts what a subscription uses now.
	 * @return whether no limit was reached; otherwise nothing has changed
	 */
	private boolean count(String event, Subscription now) {
		if (this.usage != null && !count(this.usage, subscription(event).bytes(), now.bytes())) {
			return false;
		}
		if (now.equals(Subscription.NONE)) {
			this.subscriptions.remove(event);
		}
		else {
			this.subscriptions.put(event, now);
		}
		return true;
	}

	private static boolean count(ClientUsage usage, long before, long bytes) {
		if (bytes == 0) {
			if (before != 0) {
				usage.unsubscribe(before);
			}
			return true;
		}
		return ((before == 0) ? usage.subscribe(bytes) : usage.resubscribe(before, bytes)) == null;
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
			answered(response);
		}
		else if (message instanceof ToClient.Welcome welcome) {
			this.position = welcome.position();
			welcome.refused().keySet().forEach((event) -> settle(event, 0, 0));
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

	/**
	 * The answer to the oldest request for the event. A rejection without a request ends
	 * the subscription.
	 */
	private void answered(ToClient.SubscriptionResponse response) {
		Subscription before = subscription(response.eventName());
		long accepted = (before.requests() > 0) ? before.accepted() : 0;
		if (response.error() == null) {
			accepted = response.subscribe() ? before.bytes() : 0;
		}
		count(response.eventName(), before.answered(accepted, 1));
	}

	/**
	 * The actor has rejected a subscription without an answer, and keeps the one before.
	 */
	private void refused(String event) {
		settle(event, subscription(event).accepted(), 0);
	}

	private void settle(String event, long accepted, int answers) {
		Subscription before = subscription(event);
		Subscription now = before.answered(accepted, answers);
		if (!count(event, now)) { // the one before is larger, and others use its memory
			this.subscriptions.put(event, new Subscription(before.bytes(), before.bytes(), now.requests()));
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
