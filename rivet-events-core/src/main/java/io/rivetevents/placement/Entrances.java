package io.rivetevents.placement;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.Draft;
import io.rivetevents.actor.instance.ConnectHandler.Accepted;
import io.rivetevents.actor.instance.ConnectHandler.Guest;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.InstanceStart;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.PendingCall;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;

/**
 * Connects clients to instances, which are woken or created for them.
 */
final class Entrances {

	private final Instances instances;

	private final InstanceLookup lookup;

	private final RequestChecks checks;

	private final OutboundRegistry connections;

	/**
	 * Creates entrances.
	 * @param instances those in memory
	 * @param lookup finds others
	 * @param checks what a client passes before
	 * @param connections where the ways out to clients are found
	 */
	Entrances(Instances instances, InstanceLookup lookup, RequestChecks checks, OutboundRegistry connections) {
		this.instances = instances;
		this.lookup = lookup;
		this.checks = checks;
		this.connections = connections;
	}

	/**
	 * How a client comes in.
	 *
	 * @param counting makes what each turn of it counts as, from what refuses it
	 * @param door lets it in
	 */
	record Entrance(Function<Consumer<ErrorCode>, PendingCall> counting, Door door) {
	}

	/** Lets a client in. */
	interface Door {

		/**
		 * Lets a client in.
		 * @param call what the turn counts as
		 * @param asked whether the hook before the connect has been asked
		 */
		Mono<Accepted> admit(ActorInstance instance, PendingCall call, boolean asked);

	}

	/**
	 * A client that has been let in.
	 *
	 * @param info what is told of the instance
	 * @param admission its admission
	 */
	record Admitted(ActorInfo info, Accepted admission) {
	}

	/**
	 * An instance that a client has found.
	 *
	 * @param instance the instance, or what is to become one
	 * @param arrival what the client finds
	 * @param admitted the client's admission, {@code null} before it has one
	 */
	private record Opened(ActorInstance instance, InstanceStart.Arrival arrival, @Nullable Admitted admitted) {
	}

	/**
	 * Connects a client whose way out has been registered.
	 * @return what is told of the instance, once the client has been told
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		ClientUsage usage = this.connections.usage(request.connectionId());
		// what else it has brought along counts for as long as it is connected
		long weight = MessageWeight.ofRequest(null, target.input());
		return this.lookup.locate(target).flatMap((address) -> {
			this.checks.checkInput(address, target);
			return this.checks.authorize(address, request.identity())
				.then(open(address, target, request,
						new Entrance((refusal) -> PendingCall.ofRequest(weight, usage),
								(instance, call, asked) -> admit(instance, request, call, asked))))
				.map((admitted) -> admitted.info());
		});
	}

	/**
	 * Wakes or creates an instance and connects a client to it: in one turn, but for a
	 * hook that may wait before the client is let in. No instance is left behind that was
	 * created for a client that is not let in.
	 */
	Mono<Admitted> open(ActorAddress address, ActorTarget target, ConnectRequest request, Entrance entrance) {
		return TurnRequest.ask(this.instances.at(address, "connect"), false, entrance.counting(),
				(instance, call) -> instance.arrive(target, request, null)
					.flatMap((arrival) -> (arrival.draft() != null || instance.clients().connectsAside(request))
							? Mono.just(new Opened(instance, arrival, null))
							: letIn(instance, entrance, call, arrival, false)
								.map((admitted) -> new Opened(instance, arrival, admitted))),
				(opened) -> leave(address, opened.admitted()))
			.flatMap((opened) -> {
				if (opened.admitted() != null) {
					return Mono.just(opened.admitted());
				}
				Draft draft = opened.arrival().draft();
				return (draft != null)
						? opened.instance()
							.clients()
							.askBeforeCreation(request, draft)
							.then(Mono.defer(() -> openAllowed(address, target, request, entrance, draft)))
						: openAside(address, target, request, entrance);
			})
			// the instance has changed meanwhile: ask that one
			.switchIfEmpty(Mono.defer(() -> open(address, target, request, entrance)))
			.doOnError((ex) -> discard(address))
			.doOnCancel(() -> discard(address));
	}

	/**
	 * Creates an instance and connects the client that was let in before.
	 * @return nothing if another instance has come into being, of which the client has to
	 * be asked
	 */
	private Mono<Admitted> openAllowed(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance, Draft draft) {
		return TurnRequest.ask(this.instances.at(address, "connect"), false, entrance.counting(),
				(instance, call) -> instance.arrive(target, request, draft)
					.filter((arrival) -> instance.hasInputOf(draft))
					.flatMap((arrival) -> letIn(instance, entrance, call, arrival, true)),
				(admitted) -> leave(address, admitted));
	}

	/**
	 * Connects a client to an instance in memory.
	 * @return nothing if the instance has left memory
	 */
	private Mono<Admitted> openAside(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance) {
		return TurnRequest.ask(this.instances.at(address, "connect"), true, entrance.counting(),
				(instance, call) -> instance.isRunning()
						? instance.arrive(target, request, null)
							.flatMap((arrival) -> letIn(instance, entrance, call, arrival, false))
						: Mono.<Admitted>empty(),
				(admitted) -> leave(address, admitted));
	}

	private static Mono<Admitted> letIn(ActorInstance instance, Entrance entrance, PendingCall call,
			InstanceStart.Arrival arrival, boolean asked) {
		ActorInfo info = Objects.requireNonNull(arrival.info());
		return entrance.door().admit(instance, call, asked).map((admission) -> new Admitted(info, admission));
	}

	private void discard(ActorAddress address) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.discardIfUnclaimed();
		}
	}

	/** A client that was let in for a call that nobody waits for any more. */
	private void leave(ActorAddress address, @Nullable Admitted admitted) {
		if (admitted != null && admitted.admission().connection().isStateless()) {
			this.instances.disconnected(address, admitted.admission().connection().id());
		}
	}

	private Mono<Accepted> admit(ActorInstance instance, ConnectRequest request, PendingCall call, boolean asked) {
		BooleanSupplier gone = () -> this.connections.outbound(request) == Outbound.NONE;
		if (gone.getAsBoolean()) {
			return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}
		Outbound outbound = this.connections.outbound(request);
		ClientUsage usage = this.connections.usage(request.connectionId());
		return connect(instance, new Guest(request, outbound, usage, gone, (admission) -> {
			call.end(); // what the client sends once it has been told finds all its room
			admission.tell();
			if (gone.getAsBoolean()) {
				// it has gone meanwhile, and was looked for in vain
				this.instances.disconnected(instance.address(), request.connectionId());
			}
		}), asked);
	}

	/** Lets a client in, whose hook before the connect may have been asked. */
	static Mono<Accepted> connect(ActorInstance instance, Guest guest, boolean asked) {
		return asked ? instance.clients().connectAllowed(guest) : instance.clients().connect(guest);
	}

}
