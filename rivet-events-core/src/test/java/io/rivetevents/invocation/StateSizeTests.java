/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A state is never sent, so one that no message could hold is set, saved and woken; what
 * is made of it is refused where it is made.
 */
class StateSizeTests {

	private static final int MAX = 10_000;

	private final Vault vault = new Vault();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.vault);

	@AfterEach
	void close() {
		this.harness.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "create", "wake", "set", "change" })
	void keepsAStateThatNoMessageCouldHold(String way) {
		byte[] input = this.harness.mapper().write(way);
		this.harness.directory()
			.resolve(new ActorTarget.GetOrCreate(ActorHarness.address(Vault.class, "k"), input))
			.block(ActorHarness.PATIENCE);
		Client plain = new Client(Encoding.JSON);
		if (way.equals("set") || way.equals("change")) {
			this.harness.call(Vault.class, "k", way);
			Awaitility.await().until(() -> this.vault.changedTo == 20 * MAX);
		}
		List<Client> clients = List.of(plain, new Client(Encoding.EXTENDED_JSON));
		assertThat(this.harness.call(Vault.class, "k", "size").intValue()).isEqualTo(20 * MAX);
		clients.get(0).call("all");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.harness.call(Vault.class, "k", "tell"))
			.satisfies((ex) -> assertThat(ex.text()).contains("max-outgoing-message-size=" + MAX));
		this.harness.call(Vault.class, "k", "size");
		assertThat(clients).allSatisfy((client) -> assertThat(client.queue.closeReason()).isNull());
		assertThat(clients.get(0).take()).last().asString().contains("outgoing_too_long");
		assertThat(clients.get(1).take()).singleElement()
			.asString()
			.contains("outgoing_too_long", "rivet.events.sse.max-outgoing-message-size=" + MAX + " (json)");
		this.harness.call(Vault.class, "k", "sleepNow");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.harness.call(Vault.class, "k", "size").intValue()).isEqualTo(20 * MAX);
	}

	/** A client to which nothing longer than the bound can be sent. */
	private final class Client {

		private final ConnectRequest request;

		private final OutboundQueue queue;

		Client(Encoding encoding) {
			StreamRequest stream = new StreamRequest(List.of(new ToServer.SubscriptionRequest("told", true)), null,
					StreamRequest.StreamProof.NEW, "s", "secret", new ToServer.Snapshot("all", List.of()), null,
					Duration.ofSeconds(10));
			this.request = encoding.isExtended() ? ConnectRequest.extended(null, Identity.ANONYMOUS, stream)
					: ConnectRequest.stateful(null, Identity.ANONYMOUS);
			ActorHarness harness = StateSizeTests.this.harness;
			this.queue = new OutboundQueue(encoding,
					new OutboundQueue.Limits(1_000_000, MAX, "rivet.events.sse", new QueuedTotal(harness.limits())),
					(waiting) -> {
					});
			harness.connections().register(this.request, this.queue);
			harness.directory()
				.connect(ActorHarness.target(Vault.class, "k"), this.request)
				.block(ActorHarness.PATIENCE);
		}

		void call(String action) {
			StateSizeTests.this.harness.directory()
				.deliver(ActorHarness.address(Vault.class, "k"), this.request.connectionId(),
						StateSizeTests.this.harness.request(1, action));
		}

		List<String> take() {
			List<String> messages = new ArrayList<>();
			for (byte[] bytes = this.queue.poll(); bytes != null; bytes = this.queue.poll()) {
				messages.add(new String(bytes, StandardCharsets.UTF_8));
			}
			return messages;
		}

	}

	static class State {

		public String text = "";

	}

	static class Vault {

		private volatile int changedTo;

		@CreateState
		State createState(@Input String way) {
			State state = new State();
			state.text = way.equals("create") ? "x".repeat(20 * MAX) : "";
			return state;
		}

		@OnWake
		void wake(ActorContext<State, ?> c, @Input String way) {
			if (way.equals("wake")) {
				c.state().text = "x".repeat(20 * MAX);
			}
		}

		@OnStateChange
		void changed(State state) {
			this.changedTo = state.text.length();
		}

		@Action
		void set(ActorContext<State, ?> c) {
			State state = new State();
			state.text = "x".repeat(20 * MAX);
			c.setState(state);
		}

		@Action
		void change(ActorContext<State, ?> c) {
			c.state().text = "x".repeat(20 * MAX);
		}

		@Action
		int size(ActorContext<State, ?> c) {
			return c.state().text.length();
		}

		@Action(snapshot = true)
		State all(ActorContext<State, ?> c) {
			return c.state();
		}

		@Action
		void tell(ActorContext<State, ?> c) {
			c.send("told", c.state());
		}

		@Action
		void sleepNow(ActorContext<State, ?> c) {
			c.sleep();
		}

	}

}
