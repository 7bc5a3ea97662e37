/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import io.micrometer.context.ContextRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What methods of actors find in the MDC.
 */
class MdcIntegrationTests {

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "spring.flyway.enabled=false")
			.properties(properties)
			.run();
	}

	private static Map<?, ?> read(ConfigurableApplicationContext application) {
		return application.getBean(Actors.class).getOrCreate("diary", "a", "b").call("read", Map.class).block();
	}

	@Test
	void hasActorKeyAndActionOfACallOfTheServer() {
		try (ConfigurableApplicationContext application = start()) {
			assertThat(read(application)).isEqualTo(Map.of("actor", "diary", "key", "a/b", "action", "read"));
		}
	}

	@Test
	void keepsAKeyOnOneLine() {
		try (ConfigurableApplicationContext application = start()) {
			Map<?, ?> values = application.getBean(Actors.class)
				.getOrCreate("diary", "a\nERROR b")
				.call("read", Map.class)
				.block();
			assertThat(values).isNotNull();
			assertThat(values.get("key").toString()).startsWith("a").doesNotContain("\n");
		}
	}

	@Test
	void leavesOutWhatIsOfTheCaller() {
		ContextRegistry.getInstance()
			.registerThreadLocalAccessor("mdc", MDC::getCopyOfContextMap, MDC::setContextMap, MDC::clear);
		try (ConfigurableApplicationContext application = start("rivet.events.mdc.user=plain")) {
			MDC.setContextMap(Map.of("connection", "c", "user", "bob", "tenant", "t"));
			assertThat(read(application))
				.isEqualTo(Map.of("actor", "diary", "key", "a/b", "action", "read", "tenant", "t"));
		}
		finally {
			MDC.clear();
			ContextRegistry.getInstance().removeThreadLocalAccessor("mdc");
		}
	}

	@Test
	void isEmptyWhenSwitchedOff() {
		try (ConfigurableApplicationContext application = start("rivet.events.mdc.enabled=false")) {
			assertThat(read(application)).isEmpty();
		}
	}

	@Test
	void hasNoActionInAHook() {
		try (ConfigurableApplicationContext application = start()) {
			read(application);
			assertThat(Diary.ofHook).isEqualTo(Map.of("actor", "diary", "key", "a/b"));
		}
	}

	@ParameterizedTest
	@CsvSource({ "none,", "hashed, fdee430d40bd", "plain, ada" })
	void hasTheConnectionAndTheUserOfAClient(String setting, @Nullable String user) throws Exception {
		try (ConfigurableApplicationContext application = start("rivet.events.mdc.user=" + setting)) {
			String url = "http://localhost:%s/rivet%s".formatted(
					application.getEnvironment().getProperty("local.server.port"),
					TestClient.query("diary", "a", "action/read"));
			HttpRequest request = HttpRequest.newBuilder(URI.create(url))
				.header("Content-Type", "application/json")
				.header("Authorization", "Basic YWRhOmFkYQ==")
				.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
				.build();
			HttpResponse<String> response = HttpClient.newHttpClient()
				.send(request, HttpResponse.BodyHandlers.ofString());
			JsonNode found = JsonMapper.shared().readTree(response.body()).path("output");
			assertThat(found.path("connection").asString("")).isNotEmpty();
			assertThat(found.path("user").asString(null)).isEqualTo(user);
		}
	}

	@Actor("diary")
	static class Diary {

		private static volatile @Nullable Map<String, String> ofHook;

		private static Map<String, String> values() {
			Map<String, String> values = MDC.getCopyOfContextMap();
			return (values != null) ? values : Map.of();
		}

		@CreateState
		int[] create() {
			ofHook = values();
			return new int[1];
		}

		@Action
		Map<String, String> read() {
			return values();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Diary.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
