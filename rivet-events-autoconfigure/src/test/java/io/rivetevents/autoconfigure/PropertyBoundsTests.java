/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.autoconfigure.cluster.RivetEventsClusterProperties;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each number, size and duration that an application can set.
 */
class PropertyBoundsTests {

	private static final Set<String> TYPES = Set.of("java.lang.Integer", "java.lang.Long", "java.time.Duration",
			"org.springframework.util.unit.DataSize");

	/** Those of which there may be none, and what may be done at once. */
	private static final Set<String> MAY_BE_ZERO = Set.of("actor.save-interval", "actor.sleep-timeout",
			"cluster.disconnect-grace", "cluster.leave-timeout", "cluster.smaller-part-sockets", "history.max-age",
			"history.max-events", "history.max-size", "limits.address.call-rate", "limits.address.fan-out-rate",
			"limits.address.receive-rate", "limits.address.calls", "limits.address.connections",
			"limits.address.instances", "limits.address.subscriptions", "limits.connection.subscriptions",
			"limits.node.answers-size", "limits.node.call-rate", "limits.node.fan-out-rate", "limits.node.receive-rate",
			"limits.node.compression-size", "limits.node.history-size", "limits.principal.call-rate",
			"limits.principal.fan-out-rate", "limits.principal.receive-rate", "limits.principal.instances",
			"limits.principal.subscriptions", "limits.tenant.call-rate", "limits.tenant.fan-out-rate",
			"limits.tenant.receive-rate", "limits.tenant.instances", "limits.tenant.subscriptions", "outbox.max-age",
			"shutdown.spread", "shutdown.timeout", "state.redis.wait-replicas", "websocket.rejection-delay");

	private final ApplicationContextRunner binding = new ApplicationContextRunner()
		.withUserConfiguration(Properties.class);

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class));

	/** Without that of an Actuator endpoint, which Spring Boot binds. */
	static Stream<String> properties() throws IOException {
		JsonNode all = JsonMapper.shared()
			.readTree(new ClassPathResource("META-INF/spring-configuration-metadata.json").getContentAsByteArray())
			.path("properties");
		return StreamSupport.stream(all.spliterator(), false)
			.filter((property) -> TYPES.contains(property.path("type").asString()))
			.map((property) -> property.path("name").asString())
			.filter((name) -> name.startsWith("rivet.events."))
			.map((name) -> name.substring("rivet.events.".length()));
	}

	@Test
	void concernsMoreThanHalfOfTheProperties() throws IOException {
		assertThat(properties()).hasSizeGreaterThan(50).containsAll(MAY_BE_ZERO);
	}

	@ParameterizedTest
	@MethodSource("properties")
	void isNeverNegative(String name) {
		refuses(name, "-1");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void isZeroOnlyWhereThatMeansSomething(String name) {
		if (MAY_BE_ZERO.contains(name)) {
			starts(name, "0");
		}
		else {
			refuses(name, "0");
		}
	}

	@ParameterizedTest
	@MethodSource("properties")
	void isOneAtLeast(String name) {
		starts(name, "1");
	}

	@ParameterizedTest
	@CsvSource({ "actor.action-timeout, 1ns", "actor.action-timeout, 999999d", "actor.sleep-timeout, 1ns" })
	void isADurationThatCanBeCounted(String name, String value) {
		refuses(name, value);
	}

	@ParameterizedTest
	@CsvSource({ "never", "${pause}" })
	void mayBeNever(String value) {
		this.application.withPropertyValues("pause=never", "rivet.events.actor.sleep-timeout=" + value)
			.run((context) -> assertThat(
					RivetEventsAutoConfiguration.actorSettings(context.getBean(RivetEventsProperties.class))
						.sleepTimeout())
				.isEqualTo(ActorSettings.NEVER));
	}

	@ParameterizedTest
	@CsvSource({ "actor.sleep-timeout, seldom", "actor.action-timeout, never" })
	void isNeverOnlyWhereThatMeansSomething(String name, String value) {
		this.binding.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("rivet.events"));
	}

	@ParameterizedTest
	@CsvSource({ "actor.max-key-size, 3GB", "state.max-size, 2GB", "actor.max-input-size, 1GB",
			"redis.max-message-size, 3GB", "limits.connection.pipelined-size, 3GB", "actor.mailbox-capacity, -1",
			"actor.worker-threads, 0" })
	void stopsTheStartOfAnApplication(String name, String value) {
		this.application.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events." + name));
	}

	@Test
	void leavesOtherPropertiesAlone() {
		this.binding.withPropertyValues("other.number=-1")
			.withUserConfiguration(Other.class)
			.run((context) -> assertThat(context).getBean(OtherProperties.class).isEqualTo(new OtherProperties(-1)));
	}

	private void refuses(String name, String value) {
		this.binding.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events." + name));
	}

	private void starts(String name, String value) {
		this.binding.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).hasSingleBean(RivetEventsProperties.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ RivetEventsProperties.class, RivetEventsClusterProperties.class })
	@Import(BoundsAdvisor.class)
	static class Properties {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(OtherProperties.class)
	static class Other {

	}

	@ConfigurationProperties("other")
	record OtherProperties(int number) {
	}

}
