/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.connection.ClientRequestException;
import io.rivetevents.connection.ClientRequestException.Reason;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The requests to one client that wait for an answer. They need no new protocol message:
 * a request is an event named {@link #REQUEST} with an id, a name and the list of
 * arguments; the answer is a call of the action {@link #REPLY} with the id and either
 * {@code {"value": …}} or {@code {"error": text}}. A client that does not support
 * requests ignores the event.
 */
public final class ClientRequests {

	/** Event name of a request. */
	public static final String REQUEST = "rivet:request";

	/** Action name of an answer. */
	public static final String REPLY = "rivet:reply";

	/** Most pending requests of one client. */
	private static final int MAX_PENDING = 1000;

	private final Map<Long, MonoSink<JsonNode>> pending = new ConcurrentHashMap<>(2);

	private final AtomicLong ids = new AtomicLong();

	private final Receiver client;

	private final ConnectionServices support;

	private volatile boolean ended;

	/** Sends requests to the client. */
	interface Receiver {

		/**
		 * Checks that a request can be sent.
		 * @throws RivetException {@code message.outgoing_too_long} if it exceeds the
		 * limit
		 */
		void checkSize(OutgoingMessage request);

		/**
		 * Queues a request.
		 * @return whether it was queued
		 */
		boolean deliver(OutgoingMessage request);

	}

	ClientRequests(Receiver client, ConnectionServices support) {
		this.client = client;
		this.support = support;
	}

	<T> Mono<T> ask(String name, Class<T> type, Duration timeout, @Nullable Object[] args) {
		List<JsonNode> values = Args.of(this.support.mapper(), args).values();
		return Mono.<JsonNode>create((sink) -> start(name, values, sink))
			.timeout(timeout, this.support.timers())
			.onErrorMap(TimeoutException.class,
					(ex) -> new ClientRequestException(Reason.TIMEOUT,
							"The client did not answer the request `%s` within %s".formatted(name, timeout)))
			.publishOn(this.support.workers())
			.mapNotNull((value) -> convert(name, value, type));
	}

	private void start(String name, List<JsonNode> args, MonoSink<JsonNode> sink) {
		if (this.pending.size() >= MAX_PENDING) {
			sink.error(new ClientRequestException(Reason.OVERLOADED,
					"The client already has %d pending requests".formatted(MAX_PENDING)));
			return;
		}
		long id = this.ids.incrementAndGet();
		OutgoingMessage request = OutgoingMessage.of(request(id, name, args));
		try {
			this.client.checkSize(request);
		}
		catch (Throwable ex) {
			sink.error(ex);
			return;
		}
		this.pending.put(id, sink);
		sink.onDispose(() -> this.pending.remove(id));
		// checked after the put: either this thread or the one that ends the connection
		// sees the other
		if (this.ended || !this.client.deliver(request)) {
			cancel(sink);
		}
	}

	private ToClient.Event request(long id, String name, List<JsonNode> args) {
		return new ToClient.Event(REQUEST, Args.of(this.support.mapper(), id, name, args).values());
	}

	private <T> @Nullable T convert(String name, JsonNode value, Class<T> type) {
		ValueMapper mapper = this.support.mapper();
		try {
			boolean none = value.isNull() || value.isMissingNode() || type == Void.class;
			return none ? null : mapper.convert(value, type);
		}
		catch (RivetException ex) {
			throw new ClientRequestException(Reason.BAD_RESULT,
					"The client's answer to the request `%s` cannot be converted to %s".formatted(name,
							type.getSimpleName()));
		}
	}

	/**
	 * Completes a request. An answer to a request that is no longer pending is ignored.
	 * @param args arguments of the action {@link #REPLY}
	 */
	public void answer(List<JsonNode> args) {
		boolean identified = !args.isEmpty() && args.get(0).canConvertToLong();
		MonoSink<JsonNode> sink = identified ? this.pending.remove(args.get(0).longValue()) : null;
		if (sink == null) {
			return;
		}
		JsonNode outcome = (args.size() > 1) ? args.get(1) : NullNode.getInstance();
		JsonNode error = outcome.get("error");
		if (error != null) {
			sink.error(new ClientRequestException(Reason.UNPROCESSED,
					"The client answered with an error: " + error.asString("")));
		}
		else if (outcome.isObject()) {
			JsonNode value = outcome.get("value");
			sink.success((value != null) ? value : NullNode.getInstance());
		}
		else {
			sink.error(new ClientRequestException(Reason.BAD_RESULT,
					"The client's answer has neither a value nor an error"));
		}
	}

	/** Cancels all pending requests: the connection has ended. */
	void end() {
		this.ended = true;
		this.pending.values().forEach(ClientRequests::cancel);
	}

	private static void cancel(MonoSink<?> sink) {
		sink.error(new ClientRequestException(Reason.CANCELLED, "The connection ended before the client answered"));
	}

}
