/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.security.Principal;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorSettings.StateSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.extension.Identity;
import io.rivetevents.transport.StreamSecrets;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the properties of the state set, and the key that is kept in the store.
 */
class StateSettingsTests {

	private static final Identity ADA = new Identity((Principal) null, "ada", null, null);

	private final KeepingStore store = new KeepingStore();

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, CodecsAutoConfiguration.class,
				WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
				NettyReactiveWebServerAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsWebAutoConfiguration.class))
		.withBean("ownStore", ActorStateStore.class, () -> this.store);

	@Test
	void saveAtIntervalsByDefault() {
		this.contextRunner.run((context) -> {
			ActorSettings settings = settings(context.getBean(RivetEventsProperties.class));
			assertThat(settings.state()).isEqualTo(StateSettings.DEFAULTS);
			assertThat(settings.history()).isEqualTo(ActorSettings.DEFAULTS.history());
		});
	}

	@Test
	void comeFromProperties() {
		this.contextRunner
			.withPropertyValues("rivet.events.state.write=sync", "rivet.events.state.max-size=1KB",
					"rivet.events.history.durable=true")
			.run((context) -> {
				ActorSettings settings = settings(context.getBean(RivetEventsProperties.class));
				assertThat(settings.state()).isEqualTo(new StateSettings(true, 1024));
				assertThat(settings.history().durable()).isTrue();
			});
	}

	@Test
	void theKeyOfStreamsIsKeptInTheStore() {
		String[] secret = new String[1];
		this.contextRunner.run((context) -> secret[0] = context.getBean(StreamSecrets.class).of("s", ADA));
		assertThat(this.store.values).containsOnlyKeys("stream-key");
		assertThat(this.store.values.get("stream-key")).matches("[\\w-]{43}");
		this.contextRunner
			.run((context) -> assertThat(context.getBean(StreamSecrets.class).isSecret(secret[0], "s", ADA)).isTrue());
	}

	@Test
	void theKeyOfStreamsThatIsSetIsNotKept() {
		this.contextRunner.withPropertyValues("rivet.events.security.stream-key=set")
			.run((context) -> assertThat(context.getBean(StreamSecrets.class).of("s", ADA))
				.isEqualTo(new StreamSecrets("set").of("s", ADA)));
		assertThat(this.store.values).isEmpty();
	}

	private static ActorSettings settings(RivetEventsProperties properties) {
		return RivetEventsAutoConfiguration.actorSettings(properties);
	}

	/** Keeps values as a database does. */
	private static final class KeepingStore extends DelegatingActorStateStore {

		private final Map<String, String> values = new HashMap<>();

		KeepingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public String initialize(String name, String value) {
			return this.values.computeIfAbsent(name, (key) -> value);
		}

	}

}
