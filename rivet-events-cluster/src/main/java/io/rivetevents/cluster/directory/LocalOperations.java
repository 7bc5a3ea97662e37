/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.function.Consumer;
import java.util.function.Function;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.protocol.ErrorCode;

/**
 * Runs operations on this node, whether or not it owns their address. Errors are those of
 * the {@code ActorDirectory}. Safe for use by several threads.
 */
final class LocalOperations {

	private static final Result DONE = new Result.Done();

	private final ActorDirectory local;

	private final InstanceAddresses addresses;

	private final ArrivingInstances arriving;

	private final Function<Operation.Connect, Mono<ActorInfo>> connect;

	private final Function<ActorAddress, Mono<HandOver>> release;

	private final Consumer<InboundRequest> inbound;

	private final Function<NodeQuery, Mono<NodeAnswer>> queries;

	/**
	 * Creates operations.
	 * @param local directory of this node
	 * @param addresses finds addresses by ids
	 * @param arriving instances that may be on their way to this node
	 * @param connect connects a client whose socket is at another node
	 * @param release releases an instance of this node
	 * @param inbound receives the requests of clients whose sockets this node has
	 * @param queries answers questions about the connections of this node
	 */
	LocalOperations(ActorDirectory local, InstanceAddresses addresses, ArrivingInstances arriving,
			Function<Operation.Connect, Mono<ActorInfo>> connect, Function<ActorAddress, Mono<HandOver>> release,
			Consumer<InboundRequest> inbound, Function<NodeQuery, Mono<NodeAnswer>> queries) {
		this.local = local;
		this.addresses = addresses;
		this.arriving = arriving;
		this.connect = connect;
		this.release = release;
		this.inbound = inbound;
		this.queries = queries;
	}

	/**
	 * Runs an operation.
	 * @return its result; never a failure or {@code NotOwner}. Fails with
	 * {@code request.not_supported} if a newer node has sent it
	 */
	Mono<Result> run(Operation operation) {
		if (operation instanceof Operation.Call call) {
			return this.local.call(call.target(), call.caller(), call.action()).map(Result.Output::new);
		}
		if (operation instanceof Operation.Dispatch dispatch) {
			return dispatch(dispatch);
		}
		if (operation instanceof Operation.Connect request) {
			return this.connect.apply(request).map(Result.Info::new);
		}
		if (operation instanceof Operation.Resolve resolve) {
			return resolve(resolve).map(Result.Info::new);
		}
		if (operation instanceof Operation.Authorize authorize) {
			return this.local.authorize(authorize.target(), authorize.identity()).thenReturn(DONE);
		}
		if (operation instanceof Operation.Find find) {
			return find(find);
		}
		if (operation instanceof Operation.Predict predict) {
			return this.local.predict(predict.target(), predict.connectionId(), predict.action())
				.map(Result.Output::new);
		}
		if (operation instanceof Operation.Destroy destroy) {
			return this.local.destroy(destroy.target()).thenReturn(DONE);
		}
		if (operation instanceof Operation.Inbound inbound) {
			return Mono.fromRunnable(() -> this.inbound.accept(inbound.request())).thenReturn(DONE);
		}
		if (operation instanceof Operation.Query query) {
			return this.queries.apply(query.query()).map(Result.Answer::new);
		}
		if (operation instanceof Operation.Unknown unknown) {
			return Mono.error(new RivetException(ErrorCode.NOT_SUPPORTED,
					"This node is older than the caller's, and does not support %s.".formatted(unknown.kind())));
		}
		return release((Operation.Release) operation);
	}

	private Mono<Result> release(Operation.Release release) {
		return this.release.apply(release.address()).<Result>map(Result.Done::new).defaultIfEmpty(DONE);
	}

	private Mono<Result> dispatch(Operation.Dispatch dispatch) {
		return this.addresses.find(dispatch.target())
			.flatMap(this.arriving::await)
			.then(Mono.defer(() -> this.local.dispatch(dispatch.target(), dispatch.event())))
			.map((receipt) -> new Result.Counts(receipt.targeted(), receipt.queued()));
	}

	private Mono<Result> find(Operation.Find find) {
		return this.local.find(find.target())
			.map(Result.Info::new)
			.defaultIfEmpty(new Result.Info(null))
			.cast(Result.class);
	}

	private Mono<ActorInfo> resolve(Operation.Resolve resolve) {
		return (resolve.caller() != null) ? this.local.resolve(resolve.target(), resolve.caller())
				: this.local.resolve(resolve.target());
	}

}
