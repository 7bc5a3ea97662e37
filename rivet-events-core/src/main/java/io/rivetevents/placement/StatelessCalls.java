/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.instance.ConnectHandler.Accepted;
import io.rivetevents.actor.instance.ConnectHandler.Guest;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Hook;
import io.rivetevents.limit.RequestUsage;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.pending.TurnRequest;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * Calls of actions without a lasting connection: calls of clients over HTTP, which run
 * the connection hooks, and calls of the server itself.
 */
final class StatelessCalls {

	/**
	 * Most starts of an instance for one call, since it may go to sleep after each start.
	 */
	private static final int STARTS = 3;

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private final ActorTypes types;

	private final Instances instances;

	private final InstanceLookup lookup;

	private final RequestChecks checks;

	private final Entrances entrances;

	private final ActorRuntime runtime;

	StatelessCalls(ActorTypes types, Instances instances, InstanceLookup lookup, RequestChecks checks,
			Entrances entrances, ActorRuntime runtime) {
		this.types = types;
		this.instances = instances;
		this.lookup = lookup;
		this.checks = checks;
		this.entrances = entrances;
		this.runtime = runtime;
	}

	/**
	 * Calls an action for the server itself.
	 * @return its result; fails with {@link NotBegun} if the instance does not belong on
	 * this node, or is leaving it, and the action has not begun
	 */
	Mono<JsonNode> call(ActorTarget target, ToServer.ActionRequest action) {
		return Mono.defer(() -> {
			ActionCall asked = new ActionCall(action, false, null, now());
			return this.lookup.locate(target)
				.flatMap((address) -> isInterleaved(address, action) ? callInterleaved(address, target, asked)
						: askAction(address, asked, (instance, call) -> start(instance, target)
							.then(Mono.defer(() -> instance.actions().performForServer(action, call)))));
		});
	}

	/**
	 * Calls an action that interleaves. It never starts the instance in its own turn:
	 * other turns run meanwhile, which is not allowed while a start hook is pending. The
	 * instance is started in a separate turn before; if it goes to sleep before the
	 * action starts, it is started again.
	 */
	private Mono<JsonNode> callInterleaved(ActorAddress address, ActorTarget target, ActionCall asked) {
		return Mono.defer(() -> start(address, target, asked).then(askAction(address, asked, (instance, call) -> {
			boolean begins = isRunning(instance, target);
			return begins ? instance.actions().performForServer(asked.action(), call) : Mono.error(new NotBegun());
		})))
			.retryWhen(Retry.max(STARTS)
				.filter(NotBegun.class::isInstance)
				.onRetryExhaustedThrow((spec, last) -> last.failure()));
	}

	private Mono<Void> start(ActorAddress address, ActorTarget target, ActionCall asked) {
		ActorInstance present = this.instances.find(address);
		if (present != null && isRunning(present, target)) {
			return Mono.empty();
		}
		ActorType type = this.types.at(address);
		return TurnRequest
			.ask(this.instances.at(address, "action"), false, (refusal) -> asked.pending(type, refusal),
					(instance, call) -> start(instance, target))
			.then();
	}

	private static boolean isRunning(ActorInstance instance, ActorTarget target) {
		return instance.isRunning() && InstanceLookup.isAt(target, instance);
	}

	/** The start of an instance fails as restarting before the action has begun. */
	private static Mono<ActorInfo> start(ActorInstance instance, ActorTarget target) {
		return instance.start(target, null)
			.onErrorMap(RivetException.class, (ex) -> ex.closeReason().equals(RESTARTING) ? new NotBegun() : ex);
	}

	private boolean isInterleaved(ActorAddress address, ToServer.ActionRequest action) {
		ActorType type = this.types.find(address.name());
		return type != null && type.isInterleaved(action.name(), false);
	}

	/** Calls an action for a client. */
	Mono<JsonNode> call(ActorTarget target, ConnectRequest caller, ToServer.ActionRequest action) {
		return this.checks.visit(target, caller, MessageWeight.of(action), "action",
				(visit) -> call(target, caller, new ActionCall(action, true, visit, now())));
	}

	private Mono<JsonNode> call(ActorTarget target, ConnectRequest caller, ActionCall asked) {
		return this.lookup.locate(target).flatMap((address) -> {
			this.checks.checkInput(address, target);
			return this.checks.authorize(address, caller.identity())
				.then(comesForLong(address, asked.action())
						? stay(address, caller,
								(stay) -> enter(target, stay, asked)
									.flatMap((connection) -> stay.perform(connection, asked)))
						: askAction(address, asked, (instance, call) -> stay(address, caller,
								(stay) -> perform(instance, target, stay, asked.action(), call))));
		});
	}

	/** Calls an action as a connection would. */
	Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
		return Mono.defer(() -> {
			ActorAddress address = this.instances.connected(target);
			return (address == null) ? Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND))
					: askAction(address, new ActionCall(action, true, null, now()),
							(current, call) -> current.messages().predict(connectionId, action, call));
		});
	}

	private long now() {
		return this.runtime.timers().now(TimeUnit.NANOSECONDS);
	}

	/**
	 * An action that is called without a connection.
	 *
	 * @param action the action and its arguments
	 * @param byClient whether it is called as by a client
	 * @param visit the usage of its client, {@code null} if the server itself calls
	 * @param arrivedAt time of its arrival in nanoseconds; its timeout includes
	 * everything from then on
	 */
	private record ActionCall(ToServer.ActionRequest action, boolean byClient, @Nullable RequestUsage visit,
			long arrivedAt) {

		boolean isInterleaved(ActorType type) {
			return type.isInterleaved(this.action.name(), this.byClient);
		}

		/** Returns the pending call of the action itself. */
		PendingCall pending(ActorType type, Consumer<ErrorCode> refusal) {
			return PendingCall.ofAction(MessageWeight.of(this.action), this.visit, deadline(type),
					ErrorCode.ACTION_TIMED_OUT, refusal);
		}

		/** Returns the pending call of the steps before the action. */
		PendingCall entering(ActorType type, RequestUsage visit, Consumer<ErrorCode> refusal) {
			return PendingCall.ofAction(visit.bytes(), visit, deadline(type), ErrorCode.ACTION_TIMED_OUT, refusal);
		}

		private long deadline(ActorType type) {
			ActorType.ActionSettings settings = type.action(this.action.name(), this.byClient);
			Duration timeout = (settings != null) ? settings.timeout() : type.settings().actionTimeout();
			return this.arrivedAt + timeout.toNanos();
		}

	}

	/** Returns whether the call of a client takes more than one turn. */
	private boolean comesForLong(ActorAddress address, ToServer.ActionRequest action) {
		ActorType type = this.types.find(address.name());
		return type != null && (type.isInterleaved(action.name(), true) || type.hooks().contains(Hook.BEFORE_CONNECT));
	}

	/** Disconnects the client after the work, also if the call is cancelled. */
	private Mono<JsonNode> stay(ActorAddress address, ConnectRequest caller, Function<Stay, Mono<JsonNode>> work) {
		return Mono.using(() -> new Stay(address, caller), work, Stay::leave);
	}

	/**
	 * Connects a client and calls an action. All of it is one turn, except the effects of
	 * the disconnect.
	 */
	private static Mono<JsonNode> perform(ActorInstance instance, ActorTarget target, Stay stay,
			ToServer.ActionRequest action, PendingCall call) {
		return instance.arrive(target, stay.caller, null)
			.then(Mono.defer(() -> instance.clients().connect(stay.guest())))
			.flatMap((admission) -> instance.actions().perform(admission.connection(), action, call));
	}

	private Mono<ActorConnection> enter(ActorTarget target, Stay stay, ActionCall asked) {
		RequestUsage visit = Objects.requireNonNull(asked.visit());
		ActorType type = this.types.at(stay.address);
		return this.entrances
			.open(stay.address, target, stay.caller,
					new Entrances.Entrance((refusal) -> asked.entering(type, visit, refusal),
							(instance, call, permitted) -> Entrances.connect(instance, stay.guest(), permitted)))
			.map((admitted) -> admitted.admission().connection());
	}

	/** The temporary connection of a client that calls one action over HTTP. */
	private final class Stay {

		private final ActorAddress address;

		private final ConnectRequest caller;

		private volatile boolean over;

		private volatile @Nullable ActorConnection connection;

		Stay(ActorAddress address, ConnectRequest caller) {
			this.address = address;
			this.caller = caller;
		}

		Guest guest() {
			return new Guest(this.caller, Outbound.NONE, null, () -> this.over, this::enter);
		}

		/**
		 * Called in the turn that connects the client. The call may be cancelled at any
		 * moment, and Reactor then drops what has been accepted: the later of this method
		 * and {@link #leave} sees the effect of the other, and disconnects the client.
		 */
		private void enter(Accepted admission) {
			this.connection = admission.connection();
			if (this.over) {
				leave();
			}
		}

		Mono<JsonNode> perform(ActorConnection connection, ActionCall asked) {
			// the instance may have ended, and been replaced by another one
			return askAction(this.address, asked,
					(current, call) -> (current.connections().find(connection.id()) == connection)
							? current.actions().perform(connection, asked.action(), call)
							: Mono.error(new RivetException(ErrorCode.RESTARTING)));
		}

		void leave() {
			this.over = true;
			ActorConnection connection = this.connection;
			if (connection != null) {
				StatelessCalls.this.instances.disconnected(this.address, connection.id());
			}
		}

	}

	/** Calls an action, under the timeout of its caller. */
	private Mono<JsonNode> askAction(ActorAddress address, ActionCall asked,
			BiFunction<ActorInstance, PendingCall, Mono<JsonNode>> work) {
		return Mono.defer(() -> askAction(this.instances.at(address, "action"), this.types.at(address), asked, work));
	}

	private static Mono<JsonNode> askAction(Consumer<Turn<ActorInstance>> submission, ActorType type, ActionCall asked,
			BiFunction<ActorInstance, PendingCall, Mono<JsonNode>> work) {
		return TurnRequest.ask(submission, asked.isInterleaved(type), (refusal) -> asked.pending(type, refusal), work);
	}

}
