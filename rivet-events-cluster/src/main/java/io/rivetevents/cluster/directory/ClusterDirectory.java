/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.call.Calls;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.gateway.MessageReceiver;
import io.rivetevents.cluster.link.ClientLinks;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

/**
 * Finds instances on all nodes: those of addresses that this node owns in its own
 * directory, all others at the nodes that own them. If an instance moves to another node
 * before a request has run, the request follows it.
 * <p>
 * Callers of another node receive the same errors as those of this node, except that the
 * details of an {@code InvalidArgumentException} are missing, and that an unexpected
 * exception is logged at the other node and arrives as {@code rivetkit.internal_error}.
 * {@link Calls} describes what happens if a node is lost.
 */
final class ClusterDirectory implements ActorDirectory {

	private final Membership membership;

	private final ActorDirectory local;

	private final MessageReceiver receiver;

	private final InstanceAddresses addresses;

	private final ArrivingInstances arriving;

	private final Calls calls;

	private final ClientLinks links;

	/**
	 * Creates a directory.
	 * @param membership which node owns an address
	 * @param local directory of this node
	 * @param receiver delivers messages to the instances of this node
	 * @param addresses finds addresses by ids
	 * @param arriving instances that may be on their way to this node
	 * @param calls runs operations on other nodes
	 * @param links connections of this node to instances of other nodes
	 */
	ClusterDirectory(Membership membership, ActorDirectory local, MessageReceiver receiver, InstanceAddresses addresses,
			ArrivingInstances arriving, Calls calls, ClientLinks links) {
		this.membership = membership;
		this.local = local;
		this.receiver = receiver;
		this.addresses = addresses;
		this.arriving = arriving;
		this.calls = calls;
		this.links = links;
	}

	// Location

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target) {
		return run(new Operation.Resolve(target, null), () -> this.local.resolve(target), ClusterDirectory::info);
	}

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
		return run(new Operation.Resolve(target, caller), () -> this.local.resolve(target, caller),
				ClusterDirectory::info);
	}

	@Override
	public Mono<Void> authorize(ActorTarget target, Identity identity) {
		return run(new Operation.Authorize(target, identity), () -> this.local.authorize(target, identity),
				(result) -> null);
	}

	@Override
	public Mono<ActorInfo> find(ActorTarget target) {
		return run(new Operation.Find(target), () -> this.local.find(target), ClusterDirectory::info);
	}

	private static @Nullable ActorInfo info(Result result) {
		return ((Result.Info) result).info();
	}

	/** All nodes share the store. */
	@Override
	public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
		return this.local.list(namespace, name, after, limit);
	}

	@Override
	public Mono<Void> destroy(ActorTarget target) {
		return run(new Operation.Destroy(target), () -> this.local.destroy(target), (result) -> null);
	}

	// Connections

	@Override
	public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		return locate(target).flatMap((found) -> {
			ActorAddress address = found.orElse(null);
			if (address == null) {
				return this.local.connect(target, request);
			}
			Mono<ActorInfo> remote = this.links.connect(target, address, request);
			return this.membership.owns(address) ? this.local.connect(target, request)
				.onErrorResume((ex) -> hasMoved(address) && Calls.isRestarting(ex), (ex) -> remote) : remote;
		});
	}

	@Override
	public void deliver(ActorAddress address, String connectionId, ToServer message) {
		// the second time if its actor has left this node in the meantime
		if (!this.links.deliver(connectionId, message) && !this.receiver.receive(address, connectionId, message)) {
			this.links.deliver(connectionId, message);
		}
	}

	@Override
	public void keepAlive(ActorAddress address, String connectionId) {
		if (!this.links.keepAlive(connectionId)) {
			this.local.keepAlive(address, connectionId);
		}
	}

	@Override
	public void disconnected(ActorAddress address, String connectionId) {
		if (!this.links.disconnected(connectionId)) {
			this.local.disconnected(address, connectionId);
			this.links.disconnected(connectionId); // its actor may have left this node
		}
	}

	// Calls and events

	@Override
	public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
		return run(new Operation.Call(target, caller, action), () -> this.local.call(target, caller, action),
				ClusterDirectory::output);
	}

	@Override
	public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
		return run(new Operation.Predict(target, connectionId, action),
				() -> this.local.predict(target, connectionId, action), ClusterDirectory::output);
	}

	private static JsonNode output(Result result) {
		return ((Result.Output) result).output();
	}

	@Override
	public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
		return run(new Operation.Dispatch(target, dispatch), () -> this.local.dispatch(target, dispatch),
				ClusterDirectory::receipt);
	}

	private static Receipt receipt(Result result) {
		Result.Counts counts = (Result.Counts) result;
		return new Receipt.Done(counts.targeted(), counts.queued());
	}

	// Owners

	/**
	 * Runs an operation on the node that owns its address.
	 * @param here runs it on this node
	 * @param read reads the result of another node, {@code null} if it has no value
	 */
	private <T> Mono<T> run(Operation.OnInstance operation, Supplier<Mono<T>> here,
			Function<Result, @Nullable T> read) {
		return locate(operation.target()).flatMap((found) -> {
			ActorAddress address = found.orElse(null);
			if (address == null) {
				return here.get();
			}
			if (operation instanceof Operation.Dispatch && this.arriving.isExpected(address)) {
				return elsewhere(address, operation, read); // or here, where it waits
			}
			return this.membership.owns(address) ? here.get()
				.onErrorResume((ex) -> hasMoved(address) && Calls.isRejection(ex, operation),
						(ex) -> elsewhere(address, operation, read))
					: elsewhere(address, operation, read);
		});
	}

	/**
	 * Returns the address of a target; empty if there is no instance with its id: then
	 * this node answers as any other would.
	 */
	private Mono<Optional<ActorAddress>> locate(ActorTarget target) {
		return Mono.defer(() -> {
			ActorAddress known = this.addresses.known(target);
			return (known != null) ? Mono.just(Optional.of(known))
					: this.addresses.find(target).map(Optional::of).defaultIfEmpty(Optional.empty());
		});
	}

	private boolean hasMoved(ActorAddress address) {
		return !this.membership.owns(address);
	}

	private <T> Mono<T> elsewhere(ActorAddress address, Operation.OnInstance operation,
			Function<Result, @Nullable T> read) {
		if (operation instanceof Operation.Dispatch dispatch && dispatch.event().selection() instanceof Selection.Where
				&& hasMoved(address)) {
			return Mono.error(new RivetException(ErrorCode.NOT_SUPPORTED,
					"A predicate cannot select connections of an actor on another node."));
		}
		return this.calls.ask(address, operation).mapNotNull(read);
	}

}
