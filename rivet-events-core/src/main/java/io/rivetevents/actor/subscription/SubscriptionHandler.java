/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.subscription;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.CalledInstance;
import io.rivetevents.actor.call.InterceptorChain;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.conversion.Args;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Inbound;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Handles the subscriptions of clients of one instance. Methods are called in turns of
 * the instance unless their documentation states otherwise.
 */
public final class SubscriptionHandler {

	/** Maximum length of an event name and its tags together, in characters. */
	private static final int MAX_SUBSCRIPTION_LENGTH = 1000;

	private static final int MAX_TAGS = 64;

	private final CalledInstance instance;

	private final ActorType type;

	private final ActorConnections connections;

	private final MethodInvoker calls;

	private final InterceptorChain interceptors;

	private final Scheduler timers;

	/**
	 * Creates the handler.
	 * @param instance instance that sends the events
	 * @param connections connections of the instance
	 * @param calls calls the methods of the actor
	 * @param interceptors interceptors of the requests
	 * @param timers scheduler of timeouts
	 */
	public SubscriptionHandler(CalledInstance instance, ActorConnections connections, MethodInvoker calls,
			InterceptorChain interceptors, Scheduler timers) {
		this.instance = instance;
		this.type = instance.type();
		this.connections = connections;
		this.calls = calls;
		this.interceptors = interceptors;
		this.timers = timers;
	}

	/**
	 * Registers a request that has arrived. Thread-safe.
	 * @return the request, which counts until it has been answered
	 */
	public PendingCall arrived(ActorConnection connection, ToServer.SubscriptionRequest request) {
		return PendingCall.ofRequest(MessageWeight.of(request), connection.usage());
	}

	/** Rejects a request for which there is no room. Thread-safe; does not block. */
	public void refuseAside(ActorConnection connection, ToServer.SubscriptionRequest request, RivetException refusal) {
		if (connection.request().stream() != null) {
			this.connections.refuse(connection, request, error(request.eventName(), refusal));
		}
		else {
			refuse(connection, request, refusal);
		}
	}

	/**
	 * Subscribes or unsubscribes, and responds.
	 * @return the remaining work
	 */
	public Mono<Void> change(ActorConnection connection, ToServer.SubscriptionRequest request) {
		boolean extended = connection.request().stream() != null;
		if (!request.subscribe()) {
			return Mono.fromRunnable(() -> {
				if (extended) {
					this.connections.subscribe(connection, request, null);
				}
				else {
					this.connections.unsubscribe(connection, request.eventName());
				}
			});
		}
		return allow(connection, request).doOnNext((allowed) -> {
			if (extended) {
				this.connections.subscribe(connection, allowed, null);
			}
			else {
				this.connections.subscribe(connection, allowed.eventName(), allowed.tags());
			}
		}).then().onErrorResume(RivetException.class, (ex) -> {
			refuse(connection, request, ex);
			return Mono.empty();
		});
	}

	/**
	 * Checks whether a client may subscribe, by interceptors, access rules and the hook.
	 * @return the subscription, which interceptors may have changed
	 */
	public Mono<ToServer.SubscriptionRequest> allow(ActorConnection connection, ToServer.SubscriptionRequest request) {
		if (isTooLong(request)) {
			return Mono.error(new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS));
		}
		Inbound inbound = new Inbound(Inbound.Kind.SUBSCRIPTION, this.instance.address(), request.eventName(),
				new Args(this.instance.mapper(), List.of()), connection, connection.principal());
		AtomicReference<ToServer.@Nullable SubscriptionRequest> allowed = new AtomicReference<>();
		return this.interceptors
			.around(inbound, this.interceptors.hookLimit(), false,
					(current) -> checkSubscription(connection, current.name())
						.doOnSuccess((none) -> allowed
							.set(new ToServer.SubscriptionRequest(current.name(), true, request.tags())))
						.cast(Object.class))
			.onErrorMap((ex) -> !(ex instanceof RivetException),
					(ex) -> this.type.translate(ex, inbound, inbound.caller()))
			.doOnError(RivetException.class, (ex) -> this.connections.noteRefusal(connection, request.eventName(), ex))
			.then(Mono.fromSupplier(allowed::get));
	}

	/**
	 * Checks the subscriptions of a client that has authenticated again, and ends those
	 * that it may no longer have.
	 * @return the remaining work
	 */
	Mono<Void> checkAgain(ActorConnection connection) {
		return inTime(Flux.fromIterable(connection.subscriptionRequests())
			.concatMap((each) -> allow(connection, each).then().onErrorResume(RivetException.class, (ex) -> {
				this.connections.unsubscribe(connection, each.eventName());
				refuse(connection, each, ex);
				return Mono.empty();
			}))
			.then());
	}

	/**
	 * Limits the time for which several checks hold a turn, to that of one hook.
	 * @return fails with {@code actor.callback_timed_out}, on a worker, because the next
	 * step may block
	 */
	public <T> Mono<T> inTime(Mono<T> checks) {
		Mono<T> late = Mono.<T>error(() -> new RivetException(ErrorCode.CALLBACK_TIMED_OUT))
			.subscribeOn(this.instance.workers());
		return checks.timeout(this.interceptors.hookLimit().time(), late, this.timers);
	}

	private static boolean isTooLong(ToServer.SubscriptionRequest request) {
		int length = request.eventName().length() + request.tags().stream().mapToInt(String::length).sum();
		return length > MAX_SUBSCRIPTION_LENGTH || request.tags().size() > MAX_TAGS;
	}

	private Mono<Void> checkSubscription(ActorConnection connection, String event) {
		return Mono.defer(() -> {
			if (this.type.isGuarded()) {
				this.type.checkAccess(connection.principal(), this.instance.address());
			}
			connection.keepToActor(event, !this.type.checkSubscription(event, connection.principal()));
			if (!this.type.hooks().contains(Hook.CAN_SUBSCRIBE)) {
				return Mono.empty();
			}
			return this.calls.hook(Hook.CAN_SUBSCRIBE, Caller.of(connection), event)
				.filter((allowed) -> Boolean.TRUE.equals(allowed.orElse(null)))
				.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.FORBIDDEN)))
				.then();
		});
	}

	/**
	 * Returns an error that names the event, since a client may have requested several.
	 * Metadata of the application is not changed.
	 */
	public ToClient.Error error(String event, RivetException ex) {
		boolean named = ex.metadata() == null && event.length() <= MAX_SUBSCRIPTION_LENGTH;
		Object metadata = named ? JsonNodeFactory.instance.objectNode().put("eventName", event) : ex.metadata();
		return this.instance.error(ex, metadata, null);
	}

	private void refuse(ActorConnection connection, ToServer.SubscriptionRequest request, RivetException ex) {
		ToClient.Error error = error(request.eventName(), ex);
		if (connection.request().stream() != null) {
			this.connections.subscribe(connection, request, error);
		}
		else {
			connection.deliver(OutgoingMessage.of(error));
		}
		CloseReason reason = ex.closeReason();
		if (this.type.settings().closeOnForbiddenSubscription() && reason.equals(CloseReason.of(ErrorCode.FORBIDDEN))) {
			connection.outbound().close(reason);
		}
	}

}
