/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An {@link Error} while a client resumes leaves no connection behind.
 */
class ResumeErrorTests {

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room);

	@AfterEach
	void close() {
		this.harness.close();
	}

	static Stream<Error> errors() {
		return Stream.of(new NoClassDefFoundError("of the test"), new StackOverflowError("of the test"),
				new AssertionError("of the test"));
	}

	@ParameterizedTest
	@MethodSource("errors")
	void leavesOutWhatAPredicateFailsFor(Error error) {
		Position position = begin();
		this.room.failure = error;
		for (int i = 0; i < 3; i++) {
			ConnectRequest request = request("resumed" + i, position);
			RecordedOutbound client = new RecordedOutbound(request.connectionId());
			connect(request, client);
			assertThat(client.messages(ToClient.Welcome.class)).singleElement()
				.extracting((welcome) -> welcome.outcome().kind())
				.isEqualTo(ToClient.ResumeOutcome.Kind.RESUMED);
			assertThat(client.messages(ToClient.Event.class)).hasSize(1);
			this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), request.connectionId());
		}
		awaitMembers(1);
	}

	@ParameterizedTest
	@MethodSource("errors")
	void takesOutWhatCouldNotBeSentWhatItHasMissed(Error error) {
		Position position = begin();
		for (int i = 0; i < 3; i++) {
			ConnectRequest request = request("refused" + i, position);
			RivetException refusal = catchThrowableOfType(RivetException.class,
					() -> connect(request, new FailingOutbound(error)));
			assertThat(refusal.code()).isEqualTo("internal_error");
		}
		awaitMembers(1);
	}

	/** One client stays, so that the instance does. */
	private Position begin() {
		ConnectRequest request = request("first", null);
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		connect(request, client);
		this.harness.call(Room.class, "k", "tell");
		return client.messages(ToClient.Welcome.class).get(0).position();
	}

	private void awaitMembers(int members) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(this.harness.connections().members().size()).isEqualTo(members));
		assertThat(this.harness.call(Room.class, "k", "connections").intValue()).isEqualTo(members);
	}

	private static ConnectRequest request(String stream, @Nullable Position resume) {
		StreamRequest wish = new StreamRequest(List.of(new ToServer.SubscriptionRequest("said", true)), resume,
				(resume != null) ? StreamRequest.StreamProof.PROVEN : StreamRequest.StreamProof.NEW, stream, "secret",
				null, null, Duration.ofSeconds(10));
		return ConnectRequest.extended(null, Identity.ANONYMOUS, wish);
	}

	private void connect(ConnectRequest request, Outbound outbound) {
		ClientUsage usage = this.harness.limits().connect(null, false);
		this.harness.connections().register(request, outbound, usage);
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(Duration.ofSeconds(5));
	}

	static class Room {

		private volatile @Nullable Error failure;

		@Action
		void tell(ActorContext<?, ?> c) {
			c.where((connection) -> {
				Error failure = this.failure;
				if (failure != null) {
					throw failure;
				}
				return true;
			}).broadcast("said", "to some");
			c.broadcast("said", "to all");
		}

		@Action
		int connections(ActorContext<?, ?> c) {
			return c.conns().size();
		}

	}

	/** A client whose messages cannot be encoded. */
	private record FailingOutbound(Error error) implements Outbound {

		@Override
		public Outcome send(OutgoingMessage message) {
			return Outcome.QUEUED;
		}

		@Override
		public int sizeOf(OutgoingMessage message) {
			throw this.error;
		}

		@Override
		public @Nullable CloseReason closeReason() {
			return null;
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

}
