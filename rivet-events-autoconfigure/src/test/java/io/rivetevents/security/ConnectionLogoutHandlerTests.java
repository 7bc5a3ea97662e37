/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.security.webflux.ConnectionLogoutHandler;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionLogoutHandlerTests {

	private final List<NodeCommand> sent = new ArrayList<>();

	private final ConnectionLogoutHandler handler = new ConnectionLogoutHandler(
			new NodeCommands(new OutboundRegistry(), new Recorder(), () -> {
			}));

	private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/logout"));

	@Test
	void asksNodesToCloseTheConnectionsOfASession() {
		String id = session().doOnNext(WebSession::start).map(WebSession::getId).block();
		logout();
		assertThat(this.sent).containsExactly(new NodeCommand.CloseSession(id));
	}

	@Test
	void asksForTheSessionThatAnotherHandlerHasEnded() {
		String id = session().doOnNext(WebSession::start).map(WebSession::getId).block();
		session().flatMap(WebSession::invalidate).block();
		logout();
		assertThat(this.sent).containsExactly(new NodeCommand.CloseSession(id));
	}

	/** Or any request could have each node look through its connections. */
	@Test
	void asksForNothingWithoutASession() {
		logout();
		assertThat(this.sent).isEmpty();
	}

	private Mono<WebSession> session() {
		return this.exchange.getSession();
	}

	private void logout() {
		WebFilterExchange filtered = new WebFilterExchange(this.exchange, (exchange) -> Mono.empty());
		this.handler.logout(filtered, new TestingAuthenticationToken("ada", "pw")).block();
	}

	/** Remembers commands. */
	private final class Recorder implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent event) {
		}

		@Override
		public boolean carriesCommands() {
			return true;
		}

		@Override
		public void publish(NodeCommand command) {
			ConnectionLogoutHandlerTests.this.sent.add(command);
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

}
