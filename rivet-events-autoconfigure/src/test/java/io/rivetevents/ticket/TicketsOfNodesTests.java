/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tickets on several nodes.
 */
class TicketsOfNodesTests {

	private static final int TICKETS = 20;

	private final List<ConfigurableApplicationContext> nodes = new ArrayList<>();

	@AfterEach
	void stop() {
		this.nodes.forEach(ConfigurableApplicationContext::close);
	}

	private TicketClient start(String... properties) {
		ConfigurableApplicationContext node = new SpringApplicationBuilder(TicketApplication.class)
			.web(WebApplicationType.REACTIVE)
			.run(Stream.concat(Stream.of("--server.port=0", "--rivet.events.shutdown.spread=0s"), Stream.of(properties))
				.toArray(String[]::new));
		this.nodes.add(node);
		return TicketClient.of(node.getEnvironment().getProperty("local.server.port"));
	}

	/** The nodes also find their key in the store. */
	@Test
	void connectsOnceOnTwoNodesAtTheSameMoment() throws Exception {
		String database = "--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
		TicketClient first = start(database);
		TicketClient second = start(database);
		for (int i = 0; i < TICKETS; i++) {
			String ticket = first.ticket(TicketClient.bearer("ada"));
			assertThat(connectAtOnce(ticket, first, second)).containsExactlyInAnyOrder("Init", "Error");
		}
	}

	@Test
	void connectsOnceOnEachNodeThatSharesTheKeyOnly() throws Exception {
		String key = "--rivet.events.security.stream-key=a key of both nodes for tests only";
		String memory = "--rivet.events.state.store=memory";
		TicketClient first = start(key, memory);
		TicketClient second = start(key, memory);
		String ticket = first.ticket(TicketClient.bearer("ada"));
		for (TicketClient node : List.of(first, second)) {
			assertThat(outcome(node, ticket)).isEqualTo("Init");
			assertThat(outcome(node, ticket)).isEqualTo("Error");
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void connectsOnTheSameNodeOnlyWithoutACommonKey(CapturedOutput output) throws Exception {
		TicketClient first = start();
		TicketClient second = start();
		String ticket = first.ticket(TicketClient.bearer("ada"));
		assertThat(outcome(second, ticket)).isEqualTo("Error");
		assertThat(output).contains("The ticket of a client was rejected", "rivet.events.security.stream-key")
			.doesNotContain(ticket);
		assertThat(outcome(first, ticket)).isEqualTo("Init");
	}

	@Test
	void issuesNoTicketIfTheClientCouldNotConnect() throws Exception {
		TicketClient full = start("--rivet.events.limits.principal.connections=1");
		String[] ada = TicketClient.bearer("ada");
		try (TestClient client = full.connect(Encoding.EXTENDED_JSON, full.ticket(ada))) {
			client.next("Init");
			assertUnavailable(full, ada, "too_many");
			assertThat(full.post(null, TicketClient.bearer("linus")).statusCode()).isEqualTo(200);
		}
		this.nodes.get(0).getBean(LocalNode.class).drain();
		assertUnavailable(full, TicketClient.bearer("linus"), "restarting");
	}

	private static void assertUnavailable(TicketClient node, String[] headers, String code) throws Exception {
		HttpResponse<String> answer = node.post(null, headers);
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.headers().firstValue("retry-after").orElseThrow()).matches("[1-4]");
		assertThat(TicketClient.json(answer).get("code").stringValue()).isEqualTo(code);
	}

	private static List<String> connectAtOnce(String ticket, TicketClient... nodes) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(nodes.length);
		CyclicBarrier start = new CyclicBarrier(nodes.length);
		try {
			List<Callable<String>> tasks = Stream.of(nodes).<Callable<String>>map((node) -> () -> {
				start.await();
				return outcome(node, ticket);
			}).toList();
			return threads.invokeAll(tasks).stream().map(TicketsOfNodesTests::get).toList();
		}
		finally {
			threads.shutdown();
		}
	}

	private static String get(Future<String> result) {
		try {
			return result.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String outcome(TicketClient node, String ticket) {
		try (TestClient client = node.connect(Encoding.EXTENDED_JSON, ticket)) {
			return client.nextExtended().tag();
		}
	}

}
