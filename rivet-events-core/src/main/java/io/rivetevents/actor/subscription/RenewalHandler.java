/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.subscription;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.CalledInstance;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Renewal;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.outbound.MovedClients;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Replaces the identity of a client that has authenticated again, or whose user has
 * changed: checks the access rule, calls the hook, and ends the subscriptions that the
 * client may no longer have. If the client may no longer be connected, its connection
 * closes.
 */
public final class RenewalHandler {

	private final CalledInstance instance;

	private final ActorType type;

	private final ActorConnections connections;

	private final MethodInvoker calls;

	private final SubscriptionHandler subscriptions;

	private final MovedClients moved;

	/**
	 * Creates the handler.
	 * @param instance instance that the clients are connected to
	 * @param connections connections of the instance
	 * @param calls calls the methods of the actor
	 * @param subscriptions handler of subscriptions
	 * @param moved clients whose messages are for another node
	 */
	public RenewalHandler(CalledInstance instance, ActorConnections connections, MethodInvoker calls,
			SubscriptionHandler subscriptions, MovedClients moved) {
		this.instance = instance;
		this.type = instance.type();
		this.connections = connections;
		this.calls = calls;
		this.subscriptions = subscriptions;
		this.moved = moved;
	}

	/**
	 * Registers a renewal that has arrived. Thread-safe.
	 * @return the renewal, which counts until it has been answered
	 */
	public PendingCall arrived(ActorConnection connection, ToServer.Authenticate message) {
		return PendingCall.ofRequest(MessageWeight.of(message), connection.usage());
	}

	/**
	 * Closes a connection whose new identity cannot take effect: it would keep the old
	 * one. Thread-safe; does not block.
	 */
	public void refuse(ActorConnection connection, RivetException refusal) {
		connection.outbound().close(refusal.closeReason());
	}

	/**
	 * Replaces the identity of a client, in its turn, and responds to credentials.
	 * @param connectionId id of the connection
	 * @param message the new identity
	 * @param refusal why the instance cannot handle it, {@code null} if it can
	 * @return the remaining work, {@code null} if there is none
	 */
	public @Nullable Mono<Void> renew(String connectionId, ToServer.Authenticate message,
			@Nullable RivetException refusal) {
		ActorConnection connection = this.connections.find(connectionId);
		if (connection == null || connection.hasEnded()) {
			this.moved.giveBack(connectionId, message);
			return null;
		}
		if (refusal != null) {
			refuse(connection, refusal);
			return null;
		}
		return renew(connection, (Renewal) Objects.requireNonNull(message.right()));
	}

	private Mono<Void> renew(ActorConnection connection, Renewal renewal) {
		return Mono.defer(() -> {
			connection.renew(renewal.identity());
			if (this.type.isGuarded()) {
				this.type.checkAccess(connection.principal(), this.instance.address());
			}
			return this.calls.hook(Hook.REAUTHENTICATE, Caller.of(connection));
		})
			.then(Mono.defer(() -> this.subscriptions.checkAgain(connection)))
			.onErrorMap((ex) -> !(ex instanceof RivetException),
					(ex) -> this.type.translate(ex, "Renewal of connection %s".formatted(connection.id()),
							connection.principal()))
			.doOnSuccess((none) -> answer(connection, renewal))
			.onErrorResume(RivetException.class, (ex) -> {
				refuse(connection, ex);
				return Mono.empty();
			});
	}

	private static void answer(ActorConnection connection, Renewal renewal) {
		if (renewal.answered()) {
			connection.deliver(OutgoingMessage.of(new ToClient.AuthenticateResponse(renewal.remaining(), null)));
		}
	}

}
