/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests for tickets beyond a rate of calls.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = TicketApplication.class,
		properties = { "rivet.events.shutdown.spread=0s", "rivet.events.limits.principal.call-rate=1" })
class TicketRateTests {

	private static final int MANY = 1000;

	@LocalServerPort
	private int port;

	@Test
	void answersTooManyRequestsWithADelay() throws Exception {
		TicketClient client = TicketClient.of(this.port);
		HttpResponse<String> answer = client.post(null, TicketClient.bearer("ada"));
		assertThat(answer.statusCode()).isEqualTo(200);
		for (int requests = 0; answer.statusCode() == 200; requests++) {
			assertThat(requests).isLessThan(MANY);
			answer = client.post(null, TicketClient.bearer("ada"));
		}
		assertThat(answer.statusCode()).isEqualTo(429);
		assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
		assertThat(answer.headers().firstValue("retry-after").orElseThrow()).matches("[1-4]");
		JsonNode problem = TicketClient.json(answer);
		assertThat(problem.get("status").intValue()).isEqualTo(429);
		assertThat(problem.get("group").stringValue() + "." + problem.get("code").stringValue())
			.isEqualTo("actor.overloaded");
		assertThat(client.post(null, TicketClient.bearer("bob")).statusCode()).isEqualTo(200);
	}

}
