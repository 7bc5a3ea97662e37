/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.delivery.RecordedRenewable;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.Users;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalIssuer;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Commands that a node receives from other nodes, and those that it sends to them.
 */
class NodeCommandsTests {

	private static final CloseReason LOGGED_OUT = CloseReason.of(ErrorCode.LOGGED_OUT);

	private static final Users USERS = new Users((principal) -> true, PrincipalIssuer.NONE, "https://home");

	private final OutboundRegistry registry = new OutboundRegistry("here");

	private final OtherNodes others = new OtherNodes();

	private final AtomicInteger drains = new AtomicInteger();

	private final RecordedOutbound ada = register("ada", "ada", "s1");

	private final RecordedOutbound adaOfIssuer = register("ada", "https://issuer|ada", "s2");

	private final RecordedOutbound anonymous = register(null, null, "s1");

	@Test
	void closesTheConnectionsOfAUserHereAndAsksTheOthersTo() {
		ClusterConnections connections = connections(this.others);
		assertThat(connections.closeUser("ada")).isOne();
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.adaOfIssuer.closed()).isEmpty();
		assertThat(connections.closeUser("ada", "https://issuer")).isOne();
		assertThat(this.adaOfIssuer.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.anonymous.closed()).isEmpty();
		assertThat(this.others.asked).containsExactly(new NodeCommand.CloseUser("ada", null),
				new NodeCommand.CloseUser("ada", "https://issuer"));
	}

	@Test
	void findsTheUsersOfTheHomeIssuerByTheirNames() {
		assertThat(connections(this.others).closeUser("ada", "https://home")).isOne();
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.others.asked).containsExactly(new NodeCommand.CloseUser("ada", null));
	}

	@Test
	void closesTheConnectionsOfASession() {
		assertThat(commands(this.others).send(new NodeCommand.CloseSession("s1"))).isEqualTo(2);
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.anonymous.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.adaOfIssuer.closed()).isEmpty();
	}

	@Test
	void disconnectsAUserForAReasonOfTheApplication() {
		ClusterConnections connections = connections(this.others);
		assertThat(connections.user("ada").disconnect("moved")).isOne();
		assertThat(connections.user("ada", "https://issuer").disconnect("moved")).isOne();
		assertThat(this.ada.closed()).containsExactly(CloseReason.disconnected("moved"));
		assertThat(this.adaOfIssuer.closed()).containsExactly(CloseReason.disconnected("moved"));
		assertThat(this.anonymous.closed()).isEmpty();
		assertThat(this.others.asked).containsExactly(new NodeCommand.DisconnectUser("ada", null, "moved"),
				new NodeCommand.DisconnectUser("ada", "https://issuer", "moved"));
	}

	@Test
	void requestsNewCredentialsOfAUser() {
		ClusterConnections connections = connections(this.others);
		RecordedRenewable client = new RecordedRenewable();
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(() -> "linus", "linus", null, null));
		RecordedOutbound linus = new RecordedOutbound(request.connectionId());
		this.registry.register(request, linus, null, client);
		assertThat(connections.user("linus").reauthenticate()).isOne();
		assertThat(client.expired()).isOne();
		assertThat(linus.closed()).isEmpty();
		assertThat(this.ada.closed()).isEmpty();
		assertThat(connections.user("ada", "https://issuer").reauthenticate()).isOne();
		assertThat(this.adaOfIssuer.closed()).containsExactly(CloseReason.of(ErrorCode.EXPIRED));
		assertThat(this.others.asked).containsExactly(new NodeCommand.ReauthenticateUser("linus", null),
				new NodeCommand.ReauthenticateUser("ada", "https://issuer"));
	}

	@Test
	void revokesTheConnectionsThatOtherNodesName() {
		connections(this.others).start();
		this.others.commands
			.accept(new NodeCommand.RevokeConnections(Set.of(this.ada.connectionId(), "of another node")));
		assertThat(this.ada.closed()).containsExactly(CloseReason.of(ErrorCode.FORBIDDEN));
		assertThat(this.adaOfIssuer.closed()).isEmpty();
	}

	@Test
	void revokesTheConnectionsOfAllNodesThatMatch() {
		ConnectionInfo there = info("there", "chat");
		ConnectionInfo game = info("game", "game");
		UserConnections revoked = new ClusterUser(null, null, new NodeQuery.OfUser("ada", null), commands(this.others),
				new NodeQueries(this.registry, answering(there, game)))
			.revoke((connection) -> connection.actorName().equals("chat"), Duration.ofSeconds(1))
			.block(Duration.ofSeconds(5));
		assertThat(revoked.connections()).containsExactly(there);
		assertThat(revoked.complete()).isFalse();
		assertThat(revoked.missingNodes()).containsExactly("silent");
		assertThat(this.others.asked).containsExactly(new NodeCommand.RevokeConnections(Set.of("there")));
	}

	@Test
	void revokesNothingIfThePredicateFails() {
		ClusterUser user = new ClusterUser(null, null, new NodeQuery.OfUser("ada", null), commands(this.others),
				new NodeQueries(this.registry, answering(info("one", "chat"), info("two", "chat"))));
		assertThatIllegalStateException().isThrownBy(() -> user.revoke((connection) -> {
			if (connection.id().equals("two")) {
				throw new IllegalStateException("on purpose");
			}
			return true;
		}, Duration.ofSeconds(1)).block(Duration.ofSeconds(5)));
		assertThat(this.others.asked).isEmpty();
	}

	private static ConnectionInfo info(String id, String actor) {
		return new ConnectionInfo(id, actor, ActorKey.of("k"), "node");
	}

	/** One node answers, another one does not. */
	private static io.rivetevents.cluster.OtherNodes answering(ConnectionInfo... connections) {
		return (query, timeout) -> Map.of("node", Mono.just(new NodeAnswer.Found(List.of(connections), 0)), "silent",
				Mono.error(new TimeoutException("on purpose")));
	}

	@Test
	void carriesOutWhatOtherNodesAskForAndDoesNotPassItOn() {
		connections(this.others).start();
		this.others.commands.accept(new NodeCommand.CloseUser("ada", null));
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
		this.others.commands.accept(new NodeCommand.Drain("elsewhere"));
		assertThat(this.drains).hasValue(0);
		this.others.commands.accept(new NodeCommand.Drain("here"));
		assertThat(this.drains).hasValue(1);
		assertThat(this.others.asked).isEmpty();
	}

	@Test
	void refusesVisiblyWhatABackplaneDoesNotCarry() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> connections(new EventsOnly()).closeUser("ada"))
			.withMessageContainingAll(EventsOnly.class.getName(), "CloseUser", "carriesCommands()");
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
	}

	@Test
	void refusesWhatHasNoName() {
		ClusterConnections connections = connections(this.others);
		assertThatIllegalArgumentException().isThrownBy(() -> connections.closeUser(" "));
		assertThatIllegalArgumentException().isThrownBy(() -> connections.closeUser("ada", ""));
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeCommand.DisconnectUser(" ", null, "r"));
		assertThatIllegalArgumentException().isThrownBy(() -> connections.user("ada", "").reauthenticate());
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeCommand.ReauthenticateUser(" ", null));
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeCommand.CloseSession(""));
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeCommand.Drain(""));
		assertThat(new NodeCommand.CloseSession("secret").toString()).doesNotContain("secret");
	}

	private RecordedOutbound register(@Nullable String name, @Nullable String owner, String session) {
		Identity identity = new Identity((name != null) ? () -> name : null, owner, session, null);
		ConnectRequest request = ConnectRequest.stateful(null, identity);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.registry.register(request, outbound);
		return outbound;
	}

	private NodeCommands commands(Backplane backplane) {
		return new NodeCommands(this.registry, backplane, this.drains::incrementAndGet);
	}

	private ClusterConnections connections(Backplane backplane) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		return new ClusterConnections(this.registry, backplane, commands(backplane),
				new NodeQueries(this.registry, io.rivetevents.cluster.OtherNodes.NONE),
				new TargetServices(mapper, new EventContracts(mapper), () -> false, () -> USERS), Outbox.NONE,
				Tracing.NONE);
	}

	/** As an application may have written it before there were commands. */
	private static class EventsOnly implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent dispatch) {
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

	/** Nodes that record the commands that they receive. */
	private static final class OtherNodes extends EventsOnly {

		private final List<NodeCommand> asked = new ArrayList<>();

		private Consumer<NodeCommand> commands = (command) -> {
		};

		@Override
		public void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
			this.commands = commands;
		}

		@Override
		public boolean carriesCommands() {
			return true;
		}

		@Override
		public void publish(NodeCommand command) {
			this.asked.add(command);
		}

	}

}
