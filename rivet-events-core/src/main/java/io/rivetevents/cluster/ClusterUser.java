/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;

import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.Recipients;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.connection.UserRecipients;
import io.rivetevents.delivery.SpanningRecipients;
import io.rivetevents.extension.NodeCommand;

/**
 * The connections of one user on all nodes.
 */
final class ClusterUser extends SpanningRecipients implements UserRecipients {

	private final NodeQuery.OfUser user;

	private final NodeCommands commands;

	private final NodeQueries queries;

	/**
	 * Creates the connections of a user.
	 * @param sending the connections, for events that are sent at once
	 * @param storing the same connections, for events that are stored
	 * @param user the user
	 * @param commands ends rights
	 * @param queries finds connections
	 */
	ClusterUser(Recipients sending, Recipients storing, NodeQuery.OfUser user, NodeCommands commands,
			NodeQueries queries) {
		super(sending, storing);
		this.user = user;
		this.commands = commands;
		this.queries = queries;
	}

	@Override
	public int reauthenticate() {
		return this.commands.send(new NodeCommand.ReauthenticateUser(this.user.name(), this.user.issuer()));
	}

	@Override
	public int disconnect(String reason) {
		return this.commands.send(new NodeCommand.DisconnectUser(this.user.name(), this.user.issuer(), reason));
	}

	@Override
	public Mono<UserConnections> revoke(Predicate<ConnectionInfo> which, Duration timeout) {
		return this.queries.find(this.user, timeout).map((found) -> {
			List<ConnectionInfo> revoked = found.connections().stream().filter(which).toList();
			// the answer of a node has as many connections as a command
			Map<String, Set<String>> byNode = revoked.stream()
				.collect(Collectors.groupingBy(ConnectionInfo::node,
						Collectors.mapping(ConnectionInfo::id, Collectors.toSet())));
			byNode.values().forEach((ids) -> this.commands.send(new NodeCommand.RevokeConnections(ids)));
			return new UserConnections(revoked, found.complete(), found.missingNodes());
		});
	}

}
