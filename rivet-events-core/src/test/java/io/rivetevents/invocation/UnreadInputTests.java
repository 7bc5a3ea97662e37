/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.validation.constraints.Size;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.invocation.validation.BeanArgumentValidator;
import io.rivetevents.scheduling.CallerScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The input of an instance, which a client may have made large, is read for the methods
 * that take it and for no others.
 */
class UnreadInputTests {

	private static final String UNREADABLE = "{";

	private static final String LARGE = "[" + "1,".repeat(20_000) + "1]";

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void isNotReadForMethodsThatDoNotTakeIt(boolean validated) {
		LocalValidatorFactoryBean factory = new LocalValidatorFactoryBean();
		factory.afterPropertiesSet();
		Room room = new Room();
		try (ActorHarness harness = harness(room,
				validated ? new BeanArgumentValidator(factory) : ArgumentValidator.NONE)) {
			create(Room.class, UNREADABLE);
			assertThat(harness.call(Room.class, "k", "add").intValue()).isOne();
			Awaitility.await().untilAsserted(() -> assertThat(room.changes).hasValue(1));
			harness.connect(Room.class, "k", "ada");
			assertThat(room.connects).hasValue(3);
		}
		finally {
			factory.destroy();
		}
	}

	@Test
	void isMeasuredForAMethodThatTakesIt() {
		Recorded recorded = new Recorded();
		try (ActorHarness harness = harness(new Taking(), recorded)) {
			create(Taking.class, LARGE);
			harness.connect(Taking.class, "k", "ada");
			assertThat(recorded.asked).containsExactly("beforeConnect", "createConnState first", "connect");
		}
	}

	@Test
	void isNotMeasuredForAMethodThatTakesTheParamsAlone() {
		Recorded recorded = new Recorded();
		try (ActorHarness harness = harness(new Taking(), recorded)) {
			create(Taking.class, "\"small\"");
			harness.connect(Taking.class, "k", Collections.nCopies(20_000, 1));
			assertThat(recorded.asked).containsExactly("beforeConnect first", "createConnState", "connect");
		}
	}

	private ActorHarness harness(Object actor, ArgumentValidator validator) {
		ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store);
		InvocationServices.Neighbours neighbours = new InvocationServices.Neighbours(List.of(), validator, List.of(),
				List.of(), SubscriptionGuard.NONE, AccessGuard.NONE, CallerScope.NONE);
		harness.types()
			.register(new AnnotatedActorType(actor.getClass().getSimpleName(), actor.getClass(), actor,
					ActorSettings.DEFAULTS, new InvocationServices(harness.mapper(), harness.contracts(), neighbours)));
		return harness;
	}

	private void create(Class<?> actor, String input) {
		this.store.save(StoredActor.builder("id", ActorHarness.address(actor, "k"))
			.version(1)
			.state("[0]".getBytes(StandardCharsets.UTF_8))
			.input(input.getBytes(StandardCharsets.UTF_8))
			.build(), 0);
	}

	/** Records the method of each call that it validates, and accepts the call. */
	private static final class Recorded implements ArgumentValidator {

		private final Queue<String> asked = new ConcurrentLinkedQueue<>();

		@Override
		public void validate(Object actor, Method method, @Nullable Object[] args) {
			this.asked.add(method.getName());
		}

		@Override
		public void validateFirst(Object actor, Method method, @Nullable Object[] args) {
			this.asked.add(method.getName() + " first");
		}

	}

	static class Room {

		private final AtomicInteger changes = new AtomicInteger();

		private final AtomicInteger connects = new AtomicInteger();

		@CreateState
		int[] create(@Input String input) {
			return new int[1];
		}

		@OnStateChange
		void changed() {
			this.changes.incrementAndGet();
		}

		@OnBeforeConnect
		void check(@ConnParams @Size(max = 10) String name) {
			this.connects.incrementAndGet();
		}

		@CreateConnState
		String createConnState(@ConnParams @Size(max = 10) String name) {
			this.connects.incrementAndGet();
			return name;
		}

		@OnConnect
		void connect(ActorContext<?, ?> c, Connection<?> connection) {
			this.connects.incrementAndGet();
		}

		@Action
		int add(ActorContext<int[], ?> c) {
			return ++c.state()[0];
		}

	}

	static class Taking {

		@OnBeforeConnect
		void beforeConnect(@ConnParams JsonNode params) {
		}

		@CreateConnState
		String createConnState(@Input JsonNode input) {
			return "";
		}

		@OnConnect
		void connect(ActorContext<?, ?> c, Connection<?> connection) {
		}

		@CreateState
		int[] create() {
			return new int[1];
		}

		@Action
		void work() {
		}

	}

}
