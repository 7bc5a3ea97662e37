/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.Tracing;

/**
 * Requests that were sent to other nodes and are not answered. Each is removed once: by
 * its answer, the loss of its node, or its subscriber, whichever is first. Safe for use
 * by several threads.
 */
final class PendingRequests {

	private final FrameSender frames;

	private final Tracing tracing;

	private final AtomicLong ids = new AtomicLong();

	private final Map<Long, Pending> requests = new ConcurrentHashMap<>();

	/**
	 * Creates an empty set.
	 * @param frames sends the requests
	 * @param tracing reads the traces of the callers
	 */
	PendingRequests(FrameSender frames, Tracing tracing) {
		this.frames = frames;
		this.tracing = tracing;
	}

	private static final class Pending {

		private final String node;

		private final MonoSink<Outcome> sink;

		private volatile boolean cancelled;

		Pending(String node, MonoSink<Outcome> sink) {
			this.node = node;
			this.sink = sink;
		}

	}

	/**
	 * Sends a request once.
	 * @param node name of the node
	 * @param operation the request
	 * @return what has become of it, received on the thread of the answer; a cancelled
	 * request is cancelled at the node
	 */
	Mono<Outcome> send(String node, Operation operation) {
		return Mono.create((sink) -> {
			long id = this.ids.incrementAndGet();
			Pending pending = new Pending(node, sink);
			// first: the answer may be received before send returns
			this.requests.put(id, pending);
			sink.onDispose(() -> cancel(id, pending));
			try {
				if (!this.frames.send(node, request(id, operation, CallContext.capture(sink.contextView())))) {
					end(id, pending, Outcome.NOT_SENT);
				}
				else if (pending.cancelled) {
					// the request may have been sent after its cancellation
					this.frames.send(node, new Frame.Cancel(id));
				}
			}
			catch (RuntimeException ex) {
				if (this.requests.remove(id, pending)) {
					sink.error(ex); // it cannot be encoded
				}
			}
		});
	}

	private Frame.Request request(long id, Operation operation, CallContext caller) {
		return new Frame.Request(id, operation, caller.texts(this.tracing.traceparent(caller)));
	}

	private void cancel(long id, Pending pending) {
		if (this.requests.remove(id, pending)) {
			pending.cancelled = true;
			this.frames.send(pending.node, new Frame.Cancel(id));
		}
	}

	private void end(long id, Pending pending, Outcome outcome) {
		if (this.requests.remove(id, pending)) {
			pending.sink.success(outcome);
		}
	}

	/** Receives an answer, which is dropped if its request is no longer pending. */
	void received(String node, Frame.Reply reply) {
		Pending pending = this.requests.get(reply.id());
		if (pending != null && pending.node.equals(node)) {
			end(reply.id(), pending, new Outcome.Answered(reply.result()));
		}
	}

	/** Ends the requests to some nodes. */
	void lost(Predicate<String> nodes) {
		this.requests.forEach((id, pending) -> {
			if (nodes.test(pending.node)) {
				end(id, pending, Outcome.LOST);
			}
		});
	}

}
