/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.autoconfigure.NodeSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A simulation of the actors of an application has its settings.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "rivet.events.actor.mailbox-capacity=77", "rivet.events.limits.connection.calls=78",
				"rivet.events.schedule.max-per-instance=5", "rivet.events.websocket.keep-alive=79s",
				"rivet.events.websocket.max-queued-size=10MB", "rivet.events.websocket.max-outgoing-message-size=2MB" })
class ConfiguredSimulationTests {

	private static final ActorAddress REMINDER = ActorAddress.of("reminder", "z");

	@Autowired
	private ListableBeanFactory beans;

	@Test
	void readsThePropertiesOfTheApplication() {
		NodeSettings settings = SimulationSettings.of(this.beans).node();
		assertThat(settings.actor().mailboxCapacity()).isEqualTo(77);
		assertThat(settings.limits().connection().calls()).isEqualTo(78);
		assertThat(settings.schedule().maxPerInstance()).isEqualTo(5);
		assertThat(settings.websocket().keepAlive()).isEqualTo(Duration.ofSeconds(79));
		assertThat(settings.maxQueuedBytes()).isEqualTo(10 * 1024 * 1024);
		assertThat(settings.maxMessageBytes()).isEqualTo(2 * 1024 * 1024);
	}

	@Test
	void hasSmallQueuesIfTheirSizeIsNotSet() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.run((context) -> assertThat(SimulationSettings.of(context).node().maxQueuedBytes())
				.isEqualTo(SimulationSettings.DEFAULTS.node().maxQueuedBytes()));
	}

	@ActorSimulation(seeds = 30)
	void runsUnderTheLimitsOfTheApplication(Simulation simulation) {
		simulation.clients(1, "reminder", "z").subscribe("rung").mayCall("cancelAlarm");
		simulation.run();
		// the other four are declared by the class
		simulation.call(int.class, REMINDER, "plan", 600_000);
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> simulation.call(int.class, REMINDER, "plan", 600_000))
			.withMessageContaining("actor.overloaded");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reminder.class)
	static class Application {

	}

}
