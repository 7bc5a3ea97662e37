/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.Users;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.OutboxStatus;
import io.rivetevents.extension.PrincipalIssuer;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.Tracing;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events for users of the home issuer, as they leave the node: the other nodes and the
 * outbox find these users by their names alone.
 */
class HomeIssuerTests {

	private static final String HOME = "https://home";

	private final List<Selection> left = new ArrayList<>();

	private final ClusterConnections connections = connections();

	@Test
	void publishesThemWithoutTheIssuer() {
		this.connections.user("ada", HOME).send("told");
		this.connections.user("ada", "https://other").send("told");
		assertLeft();
	}

	@Test
	void storesThemWithoutTheIssuer() {
		this.connections.user("ada", HOME).durable().send("told");
		this.connections.user("ada", "https://other").durable().send("told");
		assertLeft();
	}

	private void assertLeft() {
		assertThat(this.left).containsExactly(new Selection.User("ada"), new Selection.User("ada", "https://other"));
	}

	private ClusterConnections connections() {
		OutboundRegistry registry = new OutboundRegistry("here");
		Backplane others = new RecordedBackplane();
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		TargetServices services = new TargetServices(mapper, new EventContracts(mapper), ReactiveTransactions.NONE,
				() -> new Users((principal) -> true, PrincipalIssuer.NONE, HOME));
		return new ClusterConnections(registry, others, new NodeCommands(registry, others, () -> {
		}), new NodeQueries(registry, OtherNodes.NONE), services, new StoredEvents(), Tracing.NONE);
	}

	private final class RecordedBackplane implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent event) {
			HomeIssuerTests.this.left.add(event.selection());
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

	private final class StoredEvents implements Outbox {

		@Override
		public void add(AddressedEvent event) {
			HomeIssuerTests.this.left.add(event.selection());
		}

		@Override
		public void add(ActorTarget target, String action, List<JsonNode> args) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void received(String id) {
		}

		@Override
		public OutboxStatus status() {
			return Outbox.NONE.status();
		}

	}

}
