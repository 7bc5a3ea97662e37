/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.call.Rejections;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ActorKey;

/**
 * Handles a request as other nodes send it for each instance that moves to this one,
 * before this node joins them. The first request loads some hundred classes, for which
 * the first instances and calls would wait. It is for an instance that does not exist:
 * the store is read, no method of an actor is called, and nothing is stored.
 */
final class Rehearsal {

	/** Namespace of the instance, in which the store is checked at the start, too. */
	private static final String NAMESPACE = "rivet-check";

	/** Longest time for which the start of the node waits. */
	static final Duration LONGEST = Duration.ofSeconds(5);

	private final FrameCodec codec;

	private final Function<Operation, Mono<Result>> operations;

	private final Rejections rejections;

	private final Scheduler timers;

	/**
	 * Creates a rehearsal.
	 * @param codec writes and reads what nodes send
	 * @param operations runs an operation on this node
	 * @param rejections converts errors
	 * @param timers clock and timers
	 */
	Rehearsal(FrameCodec codec, Function<Operation, Mono<Result>> operations, Rejections rejections, Scheduler timers) {
		this.codec = codec;
		this.operations = operations;
		this.rejections = rejections;
		this.timers = timers;
	}

	/**
	 * Runs the request.
	 * @param actors names of the actors, one of which is used; without one there is
	 * nothing to do
	 * @return completes after {@link #LONGEST} at the latest; never fails
	 */
	Mono<Void> run(Collection<String> actors) {
		return Flux.fromIterable(actors)
			.take(1)
			.map((actor) -> new ActorAddress(NAMESPACE, actor, ActorKey.of(UUID.randomUUID().toString())))
			.flatMap((address) -> handle(new Operation.Resolve(new ActorTarget.Get(address), null)))
			.then()
			.timeout(LONGEST, Mono.empty(), this.timers);
	}

	/** The request and its answer are written and read. */
	private Mono<Frame> handle(Operation operation) {
		return Mono.justOrEmpty(read(new Frame.Request(1, operation)))
			.ofType(Frame.Request.class)
			.flatMap((request) -> this.operations.apply(request.operation()))
			.onErrorResume((ex) -> Mono.fromSupplier(() -> this.rejections.toResult(ex, operation::toString)))
			.mapNotNull((result) -> read(new Frame.Reply(1, result)));
	}

	private @Nullable Frame read(Frame frame) {
		return this.codec.decode(this.codec.encode(frame), 0);
	}

}
