/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.connection.ClientRequestException;
import io.rivetevents.connection.ClientRequestException.Reason;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Requests of the server to a client.
 */
class ClientRequestTests {

	private static final Duration LONG = Duration.ofSeconds(10);

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private RecordedOutbound client;

	private Connection<?> connection;

	@BeforeEach
	void connect() {
		this.client = this.harness.connectUser(Room.class, "k", "ada");
		this.connection = this.harness.connections().members().find(this.client.connectionId());
	}

	@AfterEach
	void close() {
		this.harness.close();
	}

	record Reply(boolean yes, int count) {
	}

	@Test
	void getsTheAnswer() {
		Mono<Reply> reply = this.connection.request("confirm", Reply.class, LONG, "really?", 2).cache();
		reply.subscribe();
		ToClient.Event request = this.client.messages(ToClient.Event.class).get(0);
		assertThat(request.name()).isEqualTo("rivet:request");
		assertThat(request.args()).hasToString("[1, \"confirm\", [\"really?\",2]]");
		answer(1, Map.of("value", Map.of("yes", true, "count", 3)));
		assertThat(reply.block(LONG)).isEqualTo(new Reply(true, 3));
		assertThat(this.client.messages(ToClient.ActionResponse.class)).hasSize(1);
	}

	@Test
	void asksNothingBeforeItIsSubscribedTo() {
		this.connection.request("confirm", Reply.class, LONG);
		assertThat(this.client.messages(ToClient.Event.class)).isEmpty();
	}

	@Test
	void asksSeveralAtOnce() {
		Mono<Integer> first = this.connection.request("a", Integer.class, LONG).cache();
		Mono<Integer> second = this.connection.request("b", Integer.class, LONG).cache();
		first.subscribe();
		second.subscribe();
		answer(2, Map.of("value", 22));
		answer(1, Map.of("value", 11));
		assertThat(first.block(LONG)).isEqualTo(11);
		assertThat(second.block(LONG)).isEqualTo(22);
	}

	@Test
	void takesNoValueAsNothing() {
		Mono<Integer> reply = this.connection.request("a", Integer.class, LONG).cache();
		reply.subscribe();
		answer(1, Map.of());
		assertThat(reply.blockOptional(LONG)).isEmpty();
	}

	@Test
	void timesOut() {
		assertThat(failure(this.connection.request("confirm", Reply.class, Duration.ofMillis(50))))
			.isEqualTo(Reason.TIMEOUT);
		// too late, and harmless
		answer(1, Map.of("value", 1));
		Awaitility.await().until(() -> this.client.messages(ToClient.ActionResponse.class).size() == 1);
	}

	@Test
	void isCancelledWhenTheConnectionEnds() {
		Mono<Reply> reply = this.connection.request("confirm", Reply.class, LONG).cache();
		reply.subscribe(null, (ex) -> {
		});
		this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), this.client.connectionId());
		assertThat(failure(reply)).isEqualTo(Reason.CANCELLED);
		assertThat(failure(this.connection.request("confirm", Reply.class, LONG))).isEqualTo(Reason.CANCELLED);
	}

	/**
	 * The turn that ends the connection waits behind the one that waits for the answer.
	 */
	@Test
	void isCancelledForATurnThatWaits() {
		call("confirmed");
		Awaitility.await().until(() -> !this.client.messages(ToClient.Event.class).isEmpty());
		this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), this.client.connectionId());
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> this.harness.connections().members().size() == 0);
	}

	@Test
	void goesOnOnAWorker() {
		Mono<String> answered = thread(this.connection.request("a", Integer.class, LONG));
		answered.subscribe();
		answer(1, Map.of("value", 1));
		assertThat(answered.block(LONG)).startsWith("test-worker");
		assertThat(thread(this.connection.request("a", Integer.class, Duration.ofMillis(20))).block(LONG))
			.startsWith("test-worker");
	}

	private static Mono<String> thread(Mono<Integer> reply) {
		return reply.map((value) -> Thread.currentThread().getName())
			.onErrorResume((ex) -> Mono.just(Thread.currentThread().getName()))
			.cache();
	}

	private void call(String action) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(),
					this.harness.request(1, action));
	}

	@Test
	void tellsAnAnswerOfTheWrongType() {
		assertThat(failureAfter(Map.of("value", "text"))).isEqualTo(Reason.BAD_RESULT);
		assertThat(failureAfter("no object")).isEqualTo(Reason.BAD_RESULT);
	}

	@Test
	void tellsThatNobodyHasProcessedIt() {
		assertThat(failureAfter(Map.of("error", "no handler"))).isEqualTo(Reason.UNPROCESSED);
	}

	@Test
	void boundsWhatWaits() {
		for (int i = 0; i < 1000; i++) {
			this.connection.request("a", Integer.class, LONG).subscribe(null, (ex) -> {
			});
		}
		assertThat(failure(this.connection.request("a", Integer.class, LONG))).isEqualTo(Reason.OVERLOADED);
	}

	@Test
	void ignoresAnswersThatNobodyWaitsFor() {
		answer(99, Map.of("value", 1));
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(),
					this.harness.request(8, "rivet:reply", "x", List.of()));
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(),
					this.harness.request(9, "rivet:reply"));
		assertThat(this.client.messages(ToClient.ActionResponse.class)).hasSize(3);
	}

	@Test
	void answersNoReplyThatIsOneWay() {
		Mono<Integer> reply = this.connection.request("a", Integer.class, LONG).cache();
		reply.subscribe();
		ToServer.ActionRequest request = this.harness.request(7, "rivet:reply", 1, Map.of("value", 5));
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(), new ToServer.ActionRequest(7,
					request.name(), request.args(), new ToServer.CallOptions(true, null, null)));
		assertThat(reply.block(LONG)).isEqualTo(5);
		assertThat(this.client.messages(ToClient.ActionResponse.class)).isEmpty();
	}

	@Test
	void takesTheAnswerThatATurnWaitsFor() {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(),
					this.harness.request(1, "confirmed"));
		Awaitility.await().until(() -> !this.client.messages(ToClient.Event.class).isEmpty());
		answer(1, Map.of("value", Map.of("yes", true, "count", 1)));
		Awaitility.await().until(() -> this.client.messages(ToClient.ActionResponse.class).size() == 2);
		assertThat(this.client.messages(ToClient.ActionResponse.class)
			.stream()
			.filter((response) -> response.id() == 1)
			.map(ToClient.ActionResponse::output)
			.map(JsonNode::toString)).containsExactly("true");
	}

	private @Nullable Reason failureAfter(Object outcome) {
		Mono<Reply> reply = this.connection.request("confirm", Reply.class, LONG).cache();
		reply.subscribe(null, (ex) -> {
		});
		List<ToClient.Event> requests = this.client.messages(ToClient.Event.class);
		answer(requests.get(requests.size() - 1).args().get(0).longValue(), outcome);
		return failure(reply);
	}

	private static @Nullable Reason failure(Mono<?> reply) {
		ClientRequestException ex = catchThrowableOfType(ClientRequestException.class, () -> reply.block(LONG));
		return (ex != null) ? ex.reason() : null;
	}

	private void answer(long id, Object outcome) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.client.connectionId(),
					this.harness.request(1000 + id, "rivet:reply", id, outcome));
	}

	static class Room {

		@Action
		Mono<Boolean> confirmed(Connection<?> caller) {
			return caller.request("confirm", Reply.class, LONG).map(Reply::yes);
		}

	}

}
