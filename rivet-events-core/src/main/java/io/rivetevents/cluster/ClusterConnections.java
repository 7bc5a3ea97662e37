/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.time.Duration;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.ClusterRecipients;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Targets;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.connection.UserRecipients;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.SpanningRecipients;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Outbox;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.TracedWork;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.SafeText;

/**
 * The connections of this node, and those of the other nodes through the backplane.
 */
public final class ClusterConnections implements Connections {

	private static final Log logger = LogFactory.getLog(Connections.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private final OutboundRegistry registry;

	private final Backplane backplane;

	private final NodeCommands commands;

	private final NodeQueries queries;

	private final TargetServices services;

	private final Targets<@Nullable Object> here;

	private final Targets<@Nullable Object> everywhere;

	/** The connections of all nodes, for events that are stored. */
	private final Targets<@Nullable Object> stored;

	private final Outbox outbox;

	/**
	 * Creates the bean of an application without outbox and traces.
	 * @param registry the connections of this node
	 * @param backplane connects the nodes
	 * @param services shared by all targets of events
	 */
	public ClusterConnections(OutboundRegistry registry, Backplane backplane, TargetServices services) {
		this(registry, backplane, new NodeCommands(registry, backplane, () -> {
		}), new NodeQueries(registry, OtherNodes.NONE), services, Outbox.NONE, Tracing.NONE);
	}

	/**
	 * Creates the bean of an application.
	 * @param registry the connections of this node
	 * @param backplane connects the nodes
	 * @param commands executes commands of other nodes
	 * @param queries sends queries to the other nodes
	 * @param services shared by all targets of events
	 * @param outbox stores durable events
	 * @param tracing traces events
	 */
	public ClusterConnections(OutboundRegistry registry, Backplane backplane, NodeCommands commands,
			NodeQueries queries, TargetServices services, Outbox outbox, Tracing tracing) {
		this.registry = registry;
		this.backplane = backplane;
		this.commands = commands;
		this.queries = queries;
		this.services = services;
		this.here = new EventTargets<>(new Traced(registry.members(), tracing), services);
		this.everywhere = new EventTargets<>(new Traced(new Everywhere(), tracing), services);
		this.outbox = outbox;
		this.stored = new EventTargets<>((event) -> {
			outbox.add(event);
			return Receipt.NOBODY;
		}, services);
	}

	/** Sends events that are traced, to connections of all actors. */
	private record Traced(Dispatcher target, Tracing tracing) implements Dispatcher {

		@Override
		public Receipt dispatch(AddressedEvent dispatch) {
			return this.target.dispatch(dispatch);
		}

		@Override
		public void check(AddressedEvent dispatch) {
			this.target.check(dispatch);
		}

		@Override
		public @Nullable Sending recordHeld(String event) {
			return this.target.recordHeld(event);
		}

		@Override
		public @Nullable List<DeclaredType> argumentsOf(String event) {
			return this.target.argumentsOf(event);
		}

		@Override
		public TracedWork trace(String event) {
			return this.tracing.broadcast(null, event);
		}

	}

	/** The connections of all nodes. */
	private final class Everywhere implements Dispatcher {

		@Override
		public Receipt dispatch(AddressedEvent dispatch) {
			Receipt here = ClusterConnections.this.registry.members().dispatch(dispatch);
			ClusterConnections.this.backplane.publish(dispatch);
			return here;
		}

		@Override
		public void check(AddressedEvent dispatch) {
			ClusterConnections.this.registry.members().check(dispatch);
		}

		@Override
		public @Nullable Sending recordHeld(String event) {
			return ClusterConnections.this.registry.members().recordHeld(event);
		}

	}

	/**
	 * Starts receiving from other nodes.
	 */
	public void start() {
		if (!this.backplane.carriesCommands()) {
			logger.warn(("Backplane %s does not support commands: a logout closes only the connections of its own node."
					+ " Implement Backplane.carriesCommands() and publish(NodeCommand)")
				.formatted(this.backplane.getClass().getName()));
		}
		this.backplane.start(this::receive, this.commands::receive);
	}

	/**
	 * Sends an event of another node. One that is too long is counted and logged on this
	 * node. One of the outbox is not sent again once a connection has received it.
	 */
	private void receive(AddressedEvent dispatch) {
		try {
			Receipt receipt = this.registry.members().dispatch(dispatch);
			if (dispatch.id() != null && receipt.queued() > 0) {
				this.outbox.received(dispatch.id());
			}
		}
		catch (RivetException ex) {
			logger.debug("Event %s of another node was dropped".formatted(SafeText.of(dispatch.event())), ex);
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Event %s of another node could not be sent".formatted(SafeText.of(dispatch.event())));
		}
	}

	/**
	 * Stops receiving.
	 */
	public void stop() {
		this.backplane.stop();
	}

	@Override
	public Targets<@Nullable Object> here() {
		return this.here;
	}

	@Override
	public ClusterRecipients everywhere() {
		return new SpanningRecipients(this.everywhere, this.stored);
	}

	@Override
	public UserRecipients user(String userName) {
		return new ClusterUser(this.everywhere.toUser(userName), this.stored.toUser(userName),
				new NodeQuery.OfUser(userName, null), this.commands, this.queries);
	}

	@Override
	public UserRecipients user(String userName, String issuer) {
		return new ClusterUser(this.everywhere.toUser(userName, issuer), this.stored.toUser(userName, issuer),
				new NodeQuery.OfUser(userName, this.services.known(issuer)), this.commands, this.queries);
	}

	@Override
	public Receipt sendToUser(String userName, String event, @Nullable Object... args) {
		return user(userName).send(event, args);
	}

	@Override
	public List<? extends Connection<?>> ofUser(String userName) {
		Assert.hasText(userName, "The user name must not be empty");
		return this.registry.members().ofUser(userName, null);
	}

	@Override
	public List<? extends Connection<?>> ofUser(String userName, String issuer) {
		Assert.hasText(userName, "The user name must not be empty");
		return this.registry.members().ofUser(userName, this.services.known(issuer));
	}

	@Override
	public Mono<UserConnections> ofUserEverywhere(String userName, Duration timeout) {
		Assert.hasText(userName, "The user name must not be empty");
		return this.queries.find(new NodeQuery.OfUser(userName, null), timeout);
	}

	@Override
	public Mono<UserConnections> ofUserEverywhere(String userName, String issuer, Duration timeout) {
		Assert.hasText(userName, "The user name must not be empty");
		return this.queries.find(new NodeQuery.OfUser(userName, this.services.known(issuer)), timeout);
	}

	@Override
	public int closeUser(String userName) {
		return this.commands.send(new NodeCommand.CloseUser(userName, null));
	}

	@Override
	public int closeUser(String userName, String issuer) {
		return this.commands.send(new NodeCommand.CloseUser(userName, this.services.known(issuer)));
	}

	@Override
	public int count() {
		return this.registry.members().size();
	}

	@Override
	public Mono<ConnectionCounts> countEverywhere(Duration timeout) {
		return this.queries.count(timeout);
	}

}
