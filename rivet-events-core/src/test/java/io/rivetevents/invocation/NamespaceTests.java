/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Instances of several namespaces, found by the server's own code.
 */
class NamespaceTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Where());

	private final Actors actors = this.harness.actors();

	@AfterEach
	void stop() {
		this.harness.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "default", "other", "other/ü" })
	void anActorFindsOthersInItsOwnNamespace(String namespace) {
		ActorHandle here = this.actors.inNamespace(namespace).getOrCreate(Where.class, "here");
		assertThat(ask(here, "where")).isEqualTo(namespace);
		assertThat(ask(here, "whereIsTheOther")).isEqualTo(namespace);
	}

	@Test
	void namespacesShareNoInstance() {
		Actors other = this.actors.inNamespace("other");
		ActorInfo there = resolve(other.getOrCreate(Where.class, "k"));
		ActorInfo here = resolve(this.actors.getOrCreate(Where.class, "k"));
		assertThat(there.address().namespace()).isEqualTo("other");
		assertThat(here.address().namespace()).isEqualTo("default");
		assertThat(there.actorId()).isNotEqualTo(here.actorId());
		assertThat(ask(this.actors.byId(there.actorId()), "where")).isEqualTo("other");
	}

	@Test
	void eachWayToAnInstanceStaysInTheNamespace() {
		Actors other = this.actors.inNamespace("other");
		other.create(null, "Where", "created").block(ActorHarness.PATIENCE);
		other.getOrCreateWithInput("input", "Where", "withInput").resolve().block(ActorHarness.PATIENCE);
		for (String key : List.of("created", "withInput")) {
			assertThat(resolve(other.get(Where.class, key)).address().namespace()).isEqualTo("other");
			Mono<ActorInfo> absent = this.actors.get("Where", key).resolve();
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> absent.block(ActorHarness.PATIENCE))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo("not_found"));
		}
	}

	@Test
	void refusesAnEmptyNamespace() {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.actors.inNamespace(""))
			.withMessageContaining("namespace");
	}

	private static ActorInfo resolve(ActorHandle handle) {
		return Objects.requireNonNull(handle.resolve().block(ActorHarness.PATIENCE));
	}

	private static String ask(ActorHandle handle, String action) {
		return Objects.requireNonNull(handle.call(action, String.class).block(ActorHarness.PATIENCE));
	}

	static class Where {

		@Action
		String where(ActorContext<?, ?> c) {
			return c.namespace();
		}

		@Action
		Mono<String> whereIsTheOther(ActorContext<?, ?> c) {
			return c.actor("Where", "there").call("where", String.class);
		}

	}

}
