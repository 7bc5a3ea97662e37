/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.inspection.InstanceReport;
import io.rivetevents.placement.inspection.InstanceState;
import io.rivetevents.placement.inspection.Inspection;

/**
 * Describes instances and connections. Each result is empty if there is no such actor,
 * instance or connection. Safe for use by several threads.
 */
final class InstanceQueries {

	private static final int DEFAULT_PAGE = 50;

	/** How long other nodes are waited for. */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final Inspection inspection;

	private final ActorTypes types;

	private final OutboundRegistry registry;

	private final Connections connections;

	private final StateSanitizer sanitizer;

	InstanceQueries(Inspection inspection, ActorTypes types, OutboundRegistry registry, Connections connections,
			StateSanitizer sanitizer) {
		this.inspection = inspection;
		this.types = types;
		this.registry = registry;
		this.connections = connections;
		this.sanitizer = sanitizer;
	}

	/** Lists the instances of an actor. */
	Mono<InstanceList> list(@Nullable String actor, @Nullable String namespace, @Nullable String after,
			@Nullable Integer limit) {
		String name = Parameters.required("actor", actor);
		if (this.types.find(name) == null) {
			return Mono.empty();
		}
		int size = pageSize(limit);
		String space = Parameters.namespace(namespace);
		try {
			return this.inspection.list(space, name, after, size).map((page) -> InstanceList.of(name, space, page));
		}
		catch (IllegalArgumentException ex) {
			throw Parameters.invalid("The parameter 'after' is invalid");
		}
	}

	/**
	 * Describes an instance.
	 * @param shown whether to show the values of its state
	 */
	Mono<InstanceDescription> describe(ActorAddress address, boolean shown) {
		if (this.types.find(address.name()) == null) {
			return Mono.empty();
		}
		return this.inspection.describe(address).map((report) -> describe(report, shown));
	}

	private InstanceDescription describe(InstanceReport report, boolean shown) {
		InstanceState state = report.state();
		return InstanceDescription.of(report,
				(state != null) ? this.sanitizer.sanitize(report.address().name(), state, shown) : ShownState.NONE,
				this.registry.node());
	}

	/** Describes a connection to an actor of this node. */
	Mono<ConnectionDescription> connection(String id) {
		return Mono.justOrEmpty(this.registry.members().find(id))
			.map((connection) -> ConnectionDescription.of(connection, this.registry.node()));
	}

	/**
	 * Describes the connections of a user on all nodes, in the order of their ids.
	 * @param issuer issuer of the name, {@code null} for none
	 * @param after id after which the page begins, {@code null} for the first
	 */
	Mono<UserConnectionList> connectionsOf(String user, @Nullable String issuer, @Nullable String after,
			@Nullable Integer limit) {
		int size = pageSize(limit);
		Mono<UserConnections> found = (issuer != null) ? this.connections.ofUserEverywhere(user, issuer, PATIENCE)
				: this.connections.ofUserEverywhere(user, PATIENCE);
		return found.map((all) -> page(user, all, after, size));
	}

	private UserConnectionList page(String user, UserConnections all, @Nullable String after, int size) {
		List<ConnectionInfo> rest = all.connections()
			.stream()
			.filter((info) -> after == null || info.id().compareTo(after) > 0)
			.sorted(Comparator.comparing(ConnectionInfo::id))
			.toList();
		List<ConnectionInfo> page = rest.subList(0, Math.min(size, rest.size()));
		return new UserConnectionList(user, all.connections().size(), page.stream().map(this::describe).toList(),
				(page.size() < rest.size()) ? page.get(size - 1).id() : null, all.complete(), all.missingNodes());
	}

	private static int pageSize(@Nullable Integer limit) {
		return Parameters.between("limit", (limit != null) ? limit : DEFAULT_PAGE, 1, Inspection.MAX_PAGE);
	}

	private ConnectionDescription describe(ConnectionInfo info) {
		ActorConnection here = this.registry.members().find(info.id());
		return (here != null) ? ConnectionDescription.of(here, this.registry.node()) : ConnectionDescription.of(info);
	}

}
