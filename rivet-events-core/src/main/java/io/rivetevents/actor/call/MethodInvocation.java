/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.Invocation;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * A call of a method of one instance.
 */
public final class MethodInvocation implements Invocation {

	private final @Nullable Hook hook;

	private final String name;

	private final DefaultActorContext context;

	private final @Nullable Caller caller;

	private final List<JsonNode> args;

	private final @Nullable Object[] payload;

	private final boolean check;

	/**
	 * The client that has caused a call.
	 *
	 * @param connection its connection, {@code null} before it has one
	 * @param principal the authenticated user, {@code null} if there is none
	 * @param params connection params, {@code null} if there are none
	 * @param head head of its HTTP request, {@code null} once it is connected
	 */
	public record Caller(@Nullable ActorConnection connection, @Nullable Principal principal, @Nullable JsonNode params,
			@Nullable RequestHead head) {

		/** Returns a client that has no connection yet. */
		public static Caller of(ConnectRequest request) {
			return new Caller(null, request.identity().principal(), request.params(), request.head());
		}

		public static Caller of(ActorConnection connection) {
			return of(connection, null);
		}

		/** Returns a client that is connecting. */
		public static Caller of(ActorConnection connection, @Nullable RequestHead head) {
			return new Caller(connection, connection.principal(), connection.request().params(), head);
		}

	}

	private MethodInvocation(@Nullable Hook hook, String name, DefaultActorContext context, @Nullable Caller caller,
			List<JsonNode> args, @Nullable Object[] payload, boolean check) {
		this.check = check;
		this.hook = hook;
		this.name = name;
		this.context = context;
		this.caller = caller;
		this.args = args;
		this.payload = payload;
	}

	static MethodInvocation ofHook(Hook hook, DefaultActorContext context, @Nullable Caller caller,
			@Nullable Object... payload) {
		return new MethodInvocation(hook, hook.name(), context, caller, List.of(), payload, false);
	}

	/**
	 * Creates the call of an action.
	 * @param inbound the request
	 * @param instance instance of the action
	 * @param connection connection of the caller, {@code null} for server code
	 */
	static MethodInvocation ofAction(Inbound inbound, ContextInstance instance, @Nullable ActorConnection connection) {
		return ofAction(inbound, instance, connection, null, null);
	}

	/**
	 * Creates the call of an action.
	 * @param joined the action, if a transaction of the application may commit it
	 * @param pending the registered call, for which its events count
	 */
	static MethodInvocation ofAction(Inbound inbound, ContextInstance instance, @Nullable ActorConnection connection,
			@Nullable JoinedAction joined, @Nullable PendingCall pending) {
		ClientUsage payer = (pending != null) ? pending.payer() : null;
		return new MethodInvocation(null, inbound.name(), new DefaultActorContext(instance, connection, joined, payer),
				(connection != null) ? Caller.of(connection) : null, inbound.args().values(), new Object[0], false);
	}

	/**
	 * Creates the invocation for work that is submitted to a turn.
	 * @param context context of the method that submits it
	 */
	static MethodInvocation ofWork(DefaultActorContext context) {
		return new MethodInvocation(null, "turn", context, null, List.of(), new Object[0], false);
	}

	/**
	 * Returns the same invocation without the call: only the security rules of the method
	 * are checked.
	 */
	MethodInvocation asCheck() {
		return new MethodInvocation(this.hook, this.name, this.context, this.caller, this.args, this.payload, true);
	}

	@Override
	public boolean isCheck() {
		return this.check;
	}

	@Override
	public boolean hasCaller() {
		return this.caller != null;
	}

	/** Returns the action, if a transaction of the application may commit it. */
	@Nullable JoinedAction joined() {
		return this.context.action();
	}

	@Override
	public @Nullable Hook hook() {
		return this.hook;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public ActorContext<@Nullable Object, @Nullable Object> context() {
		return this.context;
	}

	@Override
	public @Nullable Connection<@Nullable Object> connection() {
		return (this.caller != null) ? this.caller.connection() : null;
	}

	@Override
	public @Nullable Principal principal() {
		return (this.caller != null) ? this.caller.principal() : null;
	}

	@Override
	public @Nullable Principal caller() {
		return (this.caller != null) ? CallerScope.client(this.caller.principal()) : null;
	}

	@Override
	public @Nullable JsonNode params() {
		return (this.caller != null) ? this.caller.params() : null;
	}

	@Override
	public @Nullable RequestHead requestHead() {
		return (this.caller != null) ? this.caller.head() : null;
	}

	@Override
	public @Nullable JsonNode input() {
		return this.context.input();
	}

	@Override
	public List<JsonNode> args() {
		return this.args;
	}

	@Override
	public @Nullable Object[] payload() {
		return this.payload;
	}

	@Override
	public String toString() {
		Connection<?> connection = connection();
		return "%s.%s (id %s%s)".formatted(this.context.address(), SafeText.of(this.name), this.context.id(),
				(connection != null) ? ", connection " + connection.id() : "");
	}

}
