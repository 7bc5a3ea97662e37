/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.WebHandler;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.actuate.RivetEventsEndpointAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * When the page exists.
 */
class RivetEventsInspectorAutoConfigurationTests {

	private static final String CALL = "/actuator/rivetevents/ui/call";

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsEndpointAutoConfiguration.class, RivetEventsInspectorAutoConfiguration.class,
				EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class))
		.withUserConfiguration(InspectorManagementConfiguration.class)
		.withPropertyValues("management.endpoints.web.exposure.include=rivetevents");

	private final ReactiveWebApplicationContextRunner enabled = this.contextRunner
		.withPropertyValues("rivet.events.inspector.enabled=true");

	@ParameterizedTest
	@ValueSource(strings = { "rivet.events.inspector.enabled=false", "management.endpoints.web.exposure.include=health",
			"management.endpoint.rivetevents.access=NONE", "rivet.events.enabled=false" })
	void isAbsent(String property) {
		this.enabled.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EventFeed.class)
				.doesNotHaveBean("rivetInspectorMapping"));
	}

	@ParameterizedTest
	@CsvSource({ "devtools, true", "other, false" })
	void isThereByDefaultWithDevTools(String source, boolean there) {
		this.contextRunner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addLast(new MapPropertySource(source, Map.of())))
			.run((context) -> assertThat(context.containsBean("rivetInspectorMapping")).isEqualTo(there));
	}

	@Test
	void hasNoCallsIfTheEndpointIsReadOnly() {
		this.enabled.run((context) -> {
			assertThat(context.getBean(InspectorAccess.class).isWritable()).isFalse();
			assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> call(context))
				.satisfies((ex) -> assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND));
		});
	}

	@Test
	void hasCallsWithUnrestrictedAccess() {
		this.enabled.withPropertyValues("management.endpoint.rivetevents.access=UNRESTRICTED").run((context) -> {
			assertThat(context.getBean(InspectorAccess.class).isWritable()).isTrue();
			assertThat(call(context)).isEqualTo(HttpStatus.OK);
		});
	}

	private static @Nullable HttpStatusCode call(AssertableReactiveWebApplicationContext context) {
		MockServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.post(CALL).contentType(MediaType.APPLICATION_JSON).body("""
					{"actor":"none","key":"k","action":"a"}"""));
		SimpleUrlHandlerMapping mapping = context.getBean(SimpleUrlHandlerMapping.class);
		WebHandler handler = (WebHandler) mapping.getHandler(exchange).block(PATIENCE);
		handler.handle(exchange).block(PATIENCE);
		return exchange.getResponse().getStatusCode();
	}

}
