/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import reactor.core.publisher.Mono;

import io.rivetevents.autoconfigure.actuate.RemoteInstances.UnansweredException;

/**
 * Actuator endpoint that shows the actors of this node and, if access to it is
 * unrestricted, lets operators change them. Keys are given in their serialized form.
 */
@RegisterReflectionForBinding({ NodeDescription.class, InstanceList.class, InstanceDescription.class,
		ConnectionDescription.class, UserConnectionList.class, DeliveryList.class, LimitList.class })
@Endpoint(id = "rivetevents", defaultAccess = Access.READ_ONLY)
public final class RivetEventsEndpoint {

	private final NodeReader node;

	private final InstanceQueries queries;

	private final DeliveryQueries deliveries;

	private final NodeOperations operations;

	private final RemoteInstances remote;

	private final RivetEventsEndpointProperties properties;

	RivetEventsEndpoint(NodeReader node, InstanceQueries queries, DeliveryQueries deliveries, NodeOperations operations,
			RemoteInstances remote, RivetEventsEndpointProperties properties) {
		this.node = node;
		this.queries = queries;
		this.deliveries = deliveries;
		this.operations = operations;
		this.remote = remote;
		this.properties = properties;
		answerOtherNodes();
	}

	RivetEventsEndpointProperties properties() {
		return this.properties;
	}

	/** Returns the node with the numbers of its actors. */
	@ReadOperation
	public Object node() {
		return this.node.read();
	}

	/**
	 * Returns a view of instances, connections, deliveries or limits.
	 * @param view its name, see {@link View}
	 * @return empty if the view, or what it is about, does not exist
	 */
	@ReadOperation
	public Mono<Object> view(@Selector String view, @Nullable String actor, @Nullable String key,
			@Nullable String namespace, @Nullable String after, @Nullable Integer limit, @Nullable String user,
			@Nullable String issuer, @Nullable String connection, @Nullable String event, @Nullable Long position) {
		return view(
				new ViewRequest(view, actor, key, namespace, after, limit, user, issuer, connection, event, position),
				this.properties.showValues().isShown(true));
	}

	/**
	 * Returns a view. Errors in parameters are those of the result.
	 * @param shown whether to show the values of states and the owners of limits
	 */
	Mono<Object> view(ViewRequest request, boolean shown) {
		View view = View.of(request.view());
		return (view != null) ? Mono.<Object>defer(() -> view(view, request, shown)) : Mono.empty();
	}

	private Mono<?> view(View view, ViewRequest request, boolean shown) {
		return switch (view) {
			case INSTANCES -> this.queries.list(request.actor(), request.namespace(), request.after(), request.limit());
			case INSTANCE -> {
				Mono<?> here = this.queries.describe(request.address(), shown);
				yield this.remote.read(ForwardedRequest.of(request, shown), here)
					.<Object>map((found) -> found)
					.onErrorResume(UnansweredException.class, (ex) -> here.map((found) -> found));
			}
			case CONNECTIONS -> (request.connection() != null) ? this.queries.connection(request.connection())
					: this.queries.connectionsOf(Parameters.required("user", request.user()),
							Parameters.optional("issuer", request.issuer()), request.after(), request.limit());
			case DELIVERIES -> this.remote.read(ForwardedRequest.of(request, shown),
					this.deliveries.explain(request.address(), request));
			case LIMITS -> Mono.fromSupplier(() -> this.node.owners(shown));
		};
	}

	/**
	 * Executes a command.
	 * @param command its name, see {@link Command}
	 * @return empty if the command, or what it is about, does not exist
	 */
	@WriteOperation
	public Mono<Map<String, Object>> execute(@Selector String command, @Nullable String actor, @Nullable String key,
			@Nullable String namespace, @Nullable String user, @Nullable String issuer, @Nullable String connection,
			@Nullable String reason, @Nullable Integer seconds) {
		Command known = Command.of(command);
		if (known == null) {
			return Mono.empty();
		}
		return Mono.<Map<String, Object>>defer(() -> switch (known) {
			case CLOSE -> this.operations.close(Parameters.required("connection", connection), reason);
			case CLOSE_USER ->
				this.operations.closeUser(Parameters.required("user", user), Parameters.optional("issuer", issuer));
			case SLEEP -> this.remote.change(ForwardedRequest.of(known, actor, key, namespace, null),
					this.operations.sleep(Parameters.address(namespace, actor, key)));
			case DRAIN -> this.operations.drain();
			case RECORD -> this.remote.change(ForwardedRequest.of(known, actor, key, namespace, seconds),
					this.deliveries.record(Parameters.address(namespace, actor, key), seconds));
		}).map(OperationResponseBody::of);
	}

	/** Answers the requests of other nodes about instances of this one. */
	private void answerOtherNodes() {
		this.remote.answer("instance", (request) -> this.queries.describe(request.address(), request.shown()));
		this.remote.answer("deliveries", (request) -> this.deliveries.explain(request.address(), request.parameters()));
		this.remote.answer("sleep", (request) -> this.operations.sleep(request.address()));
		this.remote.answer("record", (request) -> this.deliveries.record(request.address(), request.seconds()));
	}

}
