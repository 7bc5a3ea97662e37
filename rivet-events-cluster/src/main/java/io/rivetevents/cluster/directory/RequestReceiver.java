/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.apache.commons.logging.LogFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.cluster.call.Rejections;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext;

/**
 * Runs the requests of other nodes on this one, and answers them. A request for an
 * address that this node does not own in its view is answered {@code NotOwner}, without
 * any effect; the release of an instance is not checked.
 * <p>
 * Requests are bounded by the limits of the instances that they reach. One that its
 * caller cancels, or whose node is lost, is cancelled here: a turn that has not begun
 * does not run.
 * <p>
 * {@link #received}, {@link #cancelled} and {@link #lost} are called by one thread at a
 * time for each node.
 */
final class RequestReceiver {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(RequestReceiver.class));

	private static final Result NOT_OWNER = new Result.NotOwner();

	private final Membership membership;

	private final InstanceAddresses addresses;

	private final Function<Operation, Mono<Result>> operations;

	private final Rejections rejections;

	private final FrameSender frames;

	/** By node, then by id of the request. */
	private final Map<String, Map<Long, Disposable>> running = new ConcurrentHashMap<>();

	/**
	 * Creates a receiver.
	 * @param membership which addresses this node owns
	 * @param addresses finds addresses by ids
	 * @param operations runs an operation on this node
	 * @param rejections converts errors
	 * @param frames sends answers
	 */
	RequestReceiver(Membership membership, InstanceAddresses addresses, Function<Operation, Mono<Result>> operations,
			Rejections rejections, FrameSender frames) {
		this.membership = membership;
		this.addresses = addresses;
		this.operations = operations;
		this.rejections = rejections;
		this.frames = frames;
	}

	/** Runs a request. */
	void received(String node, Frame.Request request) {
		Map<Long, Disposable> ofNode = this.running.computeIfAbsent(node, (name) -> new ConcurrentHashMap<>());
		Disposable.Swap run = Disposables.swap();
		ofNode.put(request.id(), run); // first: it may end before subscribe returns
		run.update(CallContext.ofTexts(request.context())
			.around(Guarded.defer(() -> answer(request.operation())))
			// the caller finds the node that has the instance by now
			.onErrorResume(NotBegun.class, (ex) -> Mono.just(NOT_OWNER))
			.onErrorResume((ex) -> Mono.just(reject(ex, node, request.operation())))
			.doFinally((signal) -> ofNode.remove(request.id()))
			.subscribe((result) -> reply(node, request, result), (ex) -> failures.error(ex,
					() -> "There is no answer to %s".formatted(describe(node, request.operation())))));
	}

	private Mono<Result> answer(Operation operation) {
		if (!(operation instanceof Operation.OnInstance instance) || operation instanceof Operation.Release) {
			return this.operations.apply(operation);
		}
		return this.addresses.find(instance.target())
			.map(this.membership::owns)
			// without an instance of that id each node answers the same
			.defaultIfEmpty(true)
			.flatMap((owned) -> owned ? this.operations.apply(operation) : Mono.just(NOT_OWNER));
	}

	private Result reject(Throwable ex, String node, Operation operation) {
		return this.rejections.toResult(ex, () -> describe(node, operation));
	}

	private static String describe(String node, Operation operation) {
		Object target = (operation instanceof Operation.OnInstance instance) ? instance.target() : "this node";
		return "%s of %s for node %s".formatted(operation.getClass().getSimpleName(), target, node);
	}

	private void reply(String node, Frame.Request request, Result result) {
		try {
			this.frames.send(node, new Frame.Reply(request.id(), result));
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "The result of %s cannot be sent".formatted(describe(node, request.operation())));
			this.frames.send(node, new Frame.Reply(request.id(), reject(ex, node, request.operation())));
		}
	}

	/** Cancels a request; no effect if it has ended. */
	void cancelled(String node, Frame.Cancel cancel) {
		Map<Long, Disposable> ofNode = this.running.get(node);
		Disposable run = (ofNode != null) ? ofNode.remove(cancel.id()) : null;
		if (run != null) {
			run.dispose();
		}
	}

	/** Cancels the requests of a node whose session has ended. */
	void lost(String node) {
		Map<Long, Disposable> ofNode = this.running.remove(node);
		if (ofNode != null) {
			ofNode.values().forEach(Disposable::dispose);
		}
	}

	/** Returns the number of requests that run. */
	int size() {
		return this.running.values().stream().mapToInt(Map::size).sum();
	}

}
