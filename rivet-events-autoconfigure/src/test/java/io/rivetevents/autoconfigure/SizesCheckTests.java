/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sizes that limit each other: one must not exceed the other.
 */
class SizesCheckTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "websocket.max-queued-size, 900KB, websocket.max-outgoing-message-size, 1MB",
			"sse.max-queued-size, 900KB, sse.max-outgoing-message-size, 1MB",
			"websocket.max-queued-size, 2MB, history.max-size, 3MB", "sse.max-queued-size, 2MB, history.max-size, 3MB",
			"websocket.max-frame-size, 32KB, websocket.max-message-size, 64KB",
			"limits.node.queued-size, 3MB, websocket.max-queued-size, 4MB",
			"limits.node.sending-size, 900KB, websocket.max-outgoing-message-size, 1MB" })
	void stopsTheStartAndNamesBoth(String name, String size, String other, String otherSize) {
		this.contextRunner
			.withPropertyValues("rivet.events." + name + "=" + size, "rivet.events." + other + "=" + otherSize)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events." + name)
				.hasMessageContaining("rivet.events." + other));
	}

	@ParameterizedTest
	@CsvSource({ "websocket.max-outgoing-message-size, 3GB", "http.max-outgoing-message-size, 0",
			"websocket.max-message-size, -1" })
	void stopsTheStartForASizeThatCannotBe(String name, String size) {
		this.contextRunner
			.withPropertyValues("rivet.events." + name + "=" + size, "rivet.events.websocket.max-frame-size=5GB")
			.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withPropertyValues("rivet.events." + name + "=" + size)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events." + name.substring(0, name.indexOf('.'))));
	}

	@Test
	void startsWithSizesThatJustFit() {
		this.contextRunner
			.withPropertyValues("rivet.events.websocket.max-queued-size=1MB", "rivet.events.sse.max-queued-size=1MB",
					"rivet.events.websocket.max-frame-size=64KB", "rivet.events.limits.node.queued-size=1MB",
					"rivet.events.limits.node.sending-size=1MB")
			.run((context) -> assertThat(context).hasSingleBean(Limits.class));
	}

	@Test
	void asksNothingOfATransportThatIsOff() {
		this.contextRunner.withPropertyValues("rivet.events.sse.max-queued-size=10KB", "rivet.events.sse.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(Limits.class));
	}

}
