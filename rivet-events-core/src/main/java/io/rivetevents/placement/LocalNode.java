package io.rivetevents.placement;

import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.ActorRuntime;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;

/**
 * This node, from its start to its end: the instances in its memory, and whether it takes
 * new connections. Safe for use by several threads.
 */
public final class LocalNode {

	private final Instances instances;

	private final RequestChecks checks;

	private final ActorDirectory directory;

	private volatile boolean draining;

	/**
	 * Creates a node without instances.
	 * @param runtime what instances share
	 * @param types what instances do
	 * @param listeners what is called after actions
	 * @param connections where the ways out to clients are found
	 * @param placement finds the instances that an actor calls, on whatever node; asked
	 * for when an actor calls another one
	 */
	public LocalNode(ActorRuntime runtime, ActorTypes types, ActionListeners listeners, OutboundRegistry connections,
			Supplier<ActorDirectory> placement) {
		Actors neighbours = new DirectoryActors(placement, types, listeners, runtime.mapper(),
				runtime.connections().contracts(), runtime.connections().transactions());
		this.instances = new Instances(types, runtime, connections.members(), neighbours, listeners);
		this.checks = new RequestChecks(types, this.instances, runtime);
		this.directory = new LocalActorDirectory(this.instances, this.checks, types, runtime, connections);
	}

	/**
	 * Returns the directory of the instances of this node: it creates and wakes each
	 * instance that it is asked for here.
	 */
	public ActorDirectory directory() {
		return this.directory;
	}

	Instances instances() {
		return this.instances;
	}

	/**
	 * Returns the number of instances in memory.
	 */
	public int size() {
		return this.instances.size();
	}

	/**
	 * Checks whether a call has room in the memory of this node, before it is read: a
	 * call without room costs as little as possible. Passes if the instance is on another
	 * node, or if its actor has an access rule, which the client has not passed yet.
	 * @param target which instance
	 * @param bytes memory that the call takes at least
	 * @throws io.rivetevents.error.RivetException {@code actor.overloaded}
	 */
	public void checkRoom(ActorTarget target, long bytes) {
		this.checks.checkRoom(target, bytes);
	}

	/**
	 * Starts the node: time passes for its instances, and it takes new connections.
	 */
	public void start() {
		this.instances.acceptNew();
		this.instances.dueQueue().start();
		this.draining = false;
	}

	/**
	 * Refuses new connections of clients with {@code actor.restarting} from now on.
	 * Existing connections stay.
	 */
	public void drain() {
		this.draining = true;
	}

	/**
	 * Returns whether new connections of clients are refused, since the node is about to
	 * stop.
	 */
	public boolean isDraining() {
		return this.draining;
	}

	/**
	 * Drains the node, creates no instance from now on, closes all connections of its
	 * instances with {@code actor.restarting} and saves the instances.
	 * @return completes when no instance is in memory
	 */
	public Mono<Void> stop() {
		return Mono.defer(() -> {
			drain();
			this.instances.refuseNew();
			this.instances.all().forEach(ActorInstance::requestShutdown);
			return this.instances.departures().ofAll();
		}).doFinally((signal) -> this.instances.dueQueue().stop());
	}

}
