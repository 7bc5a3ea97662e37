/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

class OriginFilterTests {

	private final OriginFilter filter = new OriginFilter(new BasePath("/rivet"), List.of("https://friend.example"),
			List.of(), new ClientAddresses(Limits.defaults(), false), new ValueMapper(JsonMapper.builder().build()));

	@ParameterizedTest
	@CsvSource({ "http://localhost,https://friend.example,true", "http://localhost,http://localhost,true",
			"http://localhost,https://evil.example,false", "http://under_score,https://evil.example,false",
			"http://under_score:8080,null,false", "http://localhost,https://friend.example.evil.example,false",
			"http://localhost,https://evil.example/https://friend.example,false",
			"http://localhost,http://friend.example,false", "http://localhost,https://localhost,false",
			"http://localhost:8080,http://localhost:8081,false" })
	void judgesByTheOriginWhateverTheHost(String url, String origin, boolean letIn) {
		assertThat(isLetIn(MockServerHttpRequest.get(url + "/rivet/health").header("Origin", origin))).isEqualTo(letIn);
	}

	@ParameterizedTest
	@CsvSource({ "same-origin,cross-site,false", "cross-site,same-origin,false", "none,same-origin,true",
			"' same-origin ',' none',true", "'',none,false" })
	void judgesByAllThatIsSaidOfTheSite(String first, String second, boolean letIn) {
		assertThat(isLetIn(
				MockServerHttpRequest.get("http://localhost/rivet/health").header("Sec-Fetch-Site", first, second)))
			.isEqualTo(letIn);
	}

	private boolean isLetIn(MockServerHttpRequest.BaseBuilder<?> request) {
		AtomicBoolean letIn = new AtomicBoolean();
		MockServerWebExchange exchange = MockServerWebExchange.from(request);
		this.filter.filter(exchange, (let) -> Mono.fromRunnable(() -> letIn.set(true))).block(Duration.ofSeconds(10));
		if (!letIn.get()) {
			assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.FORBIDDEN);
		}
		return letIn.get();
	}

}
