package io.rivetevents.placement;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.ActorRuntime;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.PendingCall;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

/**
 * The instances of this node.
 */
public final class LocalActorDirectory implements ActorDirectory {

	private final Actors actors;

	private final Instances instances;

	private final InstanceLookup lookup;

	private final RequestChecks checks;

	private final Entrances entrances;

	private final StatelessCalls calls;

	private final InstanceClock clock;

	/**
	 * Create a directory.
	 * @param runtime what instances share
	 * @param types what instances do
	 * @param listeners what is called after actions
	 * @param connections where the ways out to clients are found
	 */
	public LocalActorDirectory(ActorRuntime runtime, ActorTypes types, ActionListeners listeners,
			OutboundRegistry connections) {
		this.actors = new DirectoryActors(this, types, listeners, runtime.mapper(), runtime.connections().contracts(),
				runtime.connections().transactions());
		this.instances = new Instances(types, runtime, connections.members(), this.actors, listeners);
		this.lookup = new InstanceLookup(this.instances, runtime);
		this.checks = new RequestChecks(types, this.instances, runtime);
		this.entrances = new Entrances(this.instances, this.lookup, this.checks, connections);
		this.calls = new StatelessCalls(types, this.instances, this.lookup, this.checks, this.entrances, runtime);
		this.clock = new InstanceClock(this.instances);
	}

	// Actors

	/** Return handles on instances. */
	public Actors actors() {
		return this.actors;
	}

	// Start and end

	/**
	 * Return the number of instances in memory.
	 */
	public int size() {
		return this.instances.size();
	}

	Instances instances() {
		return this.instances;
	}

	/** Begin to look at the time. */
	public void start() {
		this.clock.start();
	}

	/**
	 * Refuse new connections with {@code actor.restarting}; those that are there stay.
	 */
	public void drain() {
		this.clock.drain();
	}

	@Override
	public boolean isDraining() {
		return this.clock.isDraining();
	}

	/**
	 * Refuse what is new, close all connections with {@code actor.restarting} and save
	 * all instances.
	 * @return ends when all are gone
	 */
	public Mono<Void> stop() {
		return this.clock.stop();
	}

	// Location

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target) {
		return ask(target, "resolve", (instance) -> instance.start(target, null));
	}

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
		return this.checks.visit(target, caller, 0, "resolve",
				(visit) -> this.lookup.locate(target).flatMap((address) -> {
					this.checks.checkInput(address, target);
					return this.checks.authorize(address, caller.identity())
						.then(TurnRequest.ask(this.instances.at(address, "resolve"), false,
								(refusal) -> PendingCall.ofRequest(visit),
								(instance, call) -> instance.start(target, caller)));
				}));
	}

	@Override
	public Mono<Void> authorize(ActorTarget target, Identity identity) {
		return this.lookup.locate(target).flatMap((address) -> this.checks.authorize(address, identity));
	}

	@Override
	public Mono<ActorInfo> find(ActorTarget target) {
		return this.lookup.find(target);
	}

	@Override
	public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
		return this.lookup.list(namespace, name, after, limit);
	}

	@Override
	public Mono<Void> destroy(ActorTarget target) {
		return ask(target, "destroy", (instance) -> instance.start(target, null).map((info) -> {
			instance.requestDestroy();
			return instance;
		})).flatMap((instance) -> this.instances.departures().of(instance));
	}

	/** Ask an instance for something, in a turn. */
	private <T> Mono<T> ask(ActorTarget target, String operation, Function<ActorInstance, Mono<T>> work) {
		return this.lookup.locate(target)
			.flatMap((address) -> TurnRequest.ask(this.instances.at(address, operation), false, work));
	}

	// Connections

	@Override
	public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		return isDraining() ? Mono.error(new RivetException(ErrorCode.RESTARTING))
				: this.entrances.connect(target, request);
	}

	@Override
	public void deliver(ActorAddress address, String connectionId, ToServer message) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.receive(connectionId, message);
		}
	}

	@Override
	public void keepAlive(ActorAddress address, String connectionId) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.keepAlive(connectionId);
		}
	}

	@Override
	public void disconnected(ActorAddress address, String connectionId) {
		this.instances.disconnected(address, connectionId);
	}

	// Calls and events

	@Override
	public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
		return (caller != null) ? this.calls.call(target, caller, action) : this.calls.call(target, action);
	}

	@Override
	public void checkRoom(ActorTarget target, long bytes) {
		this.checks.checkRoom(target, bytes);
	}

	@Override
	public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
		return this.calls.predict(target, connectionId, action);
	}

	@Override
	public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
		return Mono.defer(() -> {
			ActorInstance instance = this.instances.find(target);
			return (instance == null) ? Mono.just(Receipt.NOBODY) : TurnRequest.ask(Instances.of(instance, "event"),
					false, (current) -> Mono.fromSupplier(() -> current.events().dispatch(dispatch)));
		});
	}

}
