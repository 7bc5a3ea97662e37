/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.inbound.ConnectionIds;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.inbound.InboundRequests;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Requests of clients about their connections that reach another node than that of the
 * connection.
 */
class RemoteInboundTests {

	private static final Duration PATIENCE = ActorHarness.PATIENCE;

	private static final List<String> NAMES = Stream.generate(UUID::randomUUID).limit(3).map(UUID::toString).toList();

	private static final String HOLDER = NAMES.get(0);

	private final TestNodes nodes = new TestNodes(new MemoryActorStateStore(), NAMES, (name) -> new Object[0]);

	private final String connectionId = ConnectionIds.of(UUID.randomUUID().toString(), HOLDER);

	private final List<InboundRequest.Content> received = new ArrayList<>();

	@BeforeEach
	void connect() {
		this.nodes.join();
		StreamRequest stream = new StreamRequest(List.of(), null, StreamRequest.StreamProof.NEW, "stream", "secret",
				null, null, Duration.ofSeconds(25));
		ConnectRequest request = new ConnectRequest(this.connectionId, null,
				new Identity((Principal) null, "ada", null, null), false, stream, HOLDER, null);
		inbound(HOLDER).add(request, this::receive);
	}

	private void receive(InboundRequest.Content content) {
		if (content instanceof InboundRequest.Messages messages && messages.body().length == 0) {
			throw new RivetException(ErrorCode.INVALID_REQUEST);
		}
		this.received.add(content);
	}

	@AfterEach
	void close() {
		this.nodes.close();
	}

	private InboundRequests inbound(String node) {
		return this.nodes.node(node).harness.connections().inbound();
	}

	private @Nullable String post(String node, @Nullable String secret, @Nullable String owner,
			InboundRequest.Content content) {
		Throwable ex = catchThrowable(() -> {
			inbound(node).check(this.connectionId, secret);
			inbound(node).checkOwner(this.connectionId, owner);
			inbound(node).handle(new InboundRequest(this.connectionId, secret, owner, content)).block(PATIENCE);
		});
		return (ex instanceof RivetException rejection) ? rejection.group() + "." + rejection.code()
				: (ex != null) ? ex.toString() : null;
	}

	private static InboundRequest.Messages messages(long sequence) {
		return new InboundRequest.Messages(sequence, ("[" + sequence + "]").getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void bringsEachRequestOnceAndInOrder() {
		List<Long> sent = new ArrayList<>();
		for (long i = 1; i <= 100; i++) {
			for (String node : NAMES) {
				assertThat(post(node, "secret", "ada", messages(i))).isNull();
				sent.add(i);
			}
		}
		assertThat(this.received).extracting((content) -> ((InboundRequest.Messages) content).sequence())
			.isEqualTo(sent);
		assertThat(((InboundRequest.Messages) this.received.get(4)).body()).asString().isEqualTo("[2]");
	}

	@Test
	void bringsTheEndOfAConnection() {
		assertThat(post(NAMES.get(1), "secret", null, new InboundRequest.Leave())).isNull();
		assertThat(this.received).containsExactly(new InboundRequest.Leave());
	}

	@Test
	void checksTheRightsAtTheNodeOfTheConnection() {
		for (String node : NAMES) {
			assertThat(post(node, "other", "ada", messages(1))).isEqualTo("auth.forbidden");
			assertThat(post(node, null, "ada", messages(1))).isEqualTo("auth.forbidden");
			assertThat(post(node, "secret", "bob", messages(1))).isEqualTo("auth.forbidden");
			assertThat(post(node, "secret", null, new InboundRequest.Messages(1L, new byte[0])))
				.isEqualTo("actor.invalid_request");
		}
		assertThat(this.received).isEmpty();
	}

	@Test
	void findsNoConnectionThatIsGone() {
		inbound(HOLDER).remove(this.connectionId);
		assertThat(NAMES).allSatisfy(
				(node) -> assertThat(post(node, "secret", "ada", messages(1))).isEqualTo("connection.not_found"));
	}

	@Test
	void findsNoConnectionOfANodeThatIsGone() {
		this.nodes.kill(HOLDER);
		assertThat(post(NAMES.get(1), "secret", "ada", messages(1))).isEqualTo("connection.not_found");
		assertThat(this.nodes.node(NAMES.get(1)).calls.sent()).isZero();
	}

}
