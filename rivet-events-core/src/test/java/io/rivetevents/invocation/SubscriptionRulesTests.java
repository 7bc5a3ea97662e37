/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.annotation.AliasFor;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Methods that decide which clients may subscribe, one for each event.
 */
class SubscriptionRulesTests {

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room, new OnlyOne());

	@AfterEach
	void close() {
		this.harness.close();
	}

	@ParameterizedTest
	@CsvSource({ "ada, typing, true, typing ada", "bob, typing, false, typing bob", "ada, first, true, some first",
			"ada, second, false, some second", "ada, else, true, all else", "ada, secret, false, all secret",
			"ada, guarded, false, composed" })
	void callsTheMethodOfTheEventAlone(String user, String event, boolean allowed, String called) {
		RecordedOutbound client = this.harness.connect(Room.class, "k", user);
		assertThat(subscribe(Room.class, client, event)).isEqualTo(allowed);
		assertThat(this.room.called).containsExactly(called);
	}

	@ParameterizedTest
	@CsvSource({ "typing, false", "else, true" })
	void leavesEventsOpenThatHaveNoMethod(String event, boolean allowed) {
		RecordedOutbound client = this.harness.connect(OnlyOne.class, "k", null);
		assertThat(subscribe(OnlyOne.class, client, event)).isEqualTo(allowed);
	}

	@Test
	void asksTheSameMethodInTheExtendedMode() {
		RecordedOutbound client = this.harness.connectExtended(OnlyOne.class, "k", "typing", "else");
		assertThat(client.messages(ToClient.Welcome.class)).singleElement()
			.satisfies((welcome) -> assertThat(welcome.refused()).containsOnlyKeys("typing"));
	}

	@Test
	void refusesTwoMethodsForOneEvent() {
		assertInvalid(new SameEvent(), "SameEvent.", "@CanSubscribe(\"typing\")", "only one method can have");
		assertInvalid(new TwoGeneral(), "TwoGeneral.", "without the name of an event", "only one method can have");
	}

	@Test
	void refusesANameThatIsNone() {
		assertInvalid(new NoName(), "NoName.canSubscribe()", "empty event name");
	}

	@Test
	void refusesAnEventThatAStrictContractDoesNotHave() {
		assertInvalid(new Strict(), "Strict.canSubscribe()", "\"typo\"", "strict");
	}

	@Test
	void looksAtTheParametersOfEachMethod() {
		assertInvalid(new BadParameter(), "BadParameter.second(Thread)", "parameter 0", "no resolver supports it");
		assertInvalid(new BadAnswer(), "BadAnswer.second()", "boolean");
		assertInvalid(new BadConnection(), "BadConnection.second(Connection)", "@CreateConnState");
	}

	private boolean subscribe(Class<?> actor, RecordedOutbound client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(actor, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true));
		this.harness.call(actor, "k", "say", event);
		boolean refused = client.messages(ToClient.Error.class)
			.stream()
			.anyMatch((error) -> error.code().equals("forbidden"));
		assertThat(client.messages(ToClient.Event.class)).hasSize(refused ? 0 : 1);
		return !refused;
	}

	private static void assertInvalid(Object actor, String... texts) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new AnnotatedActorType("it", actor.getClass(), actor, ActorSettings.DEFAULTS, support))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(texts));
	}

	@CanSubscribe
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface RuleOf {

		@AliasFor(annotation = CanSubscribe.class, attribute = "value")
		String[] events();

	}

	static class Room {

		private final List<String> called = new CopyOnWriteArrayList<>();

		@CreateConnState
		String createConnState(@ConnParams String name) {
			return name;
		}

		@CanSubscribe("typing")
		boolean typing(Connection<String> connection) {
			this.called.add("typing " + connection.state());
			return connection.state().equals("ada");
		}

		@CanSubscribe({ "first", "second" })
		Mono<Boolean> some(String event) {
			this.called.add("some " + event);
			return event.equals("first") ? Mono.just(true) : Mono.empty();
		}

		@RuleOf(events = "guarded")
		boolean composed() {
			this.called.add("composed");
			return false;
		}

		@CanSubscribe
		boolean all(String event) {
			this.called.add("all " + event);
			return !event.equals("secret");
		}

		@Action
		void say(ActorContext<?, ?> c, String event) {
			c.broadcast(event);
		}

	}

	static class OnlyOne {

		@CanSubscribe("typing")
		boolean typing() {
			return false;
		}

		@Action
		void say(ActorContext<?, ?> c, String event) {
			c.broadcast(event);
		}

	}

	static class SameEvent {

		@CanSubscribe({ "else", "typing" })
		boolean first() {
			return true;
		}

		@CanSubscribe("typing")
		boolean second() {
			return true;
		}

	}

	static class TwoGeneral {

		@CanSubscribe
		boolean first() {
			return true;
		}

		@CanSubscribe
		boolean second() {
			return true;
		}

	}

	static class NoName {

		@CanSubscribe(" ")
		boolean canSubscribe() {
			return true;
		}

	}

	interface Events {

		void typing(String user);

	}

	@Actor(name = "strict", events = Events.class, strict = true)
	static class Strict {

		@CanSubscribe({ "typing", "typo" })
		boolean canSubscribe() {
			return true;
		}

	}

	static class BadParameter {

		@CanSubscribe("first")
		boolean first() {
			return true;
		}

		@CanSubscribe("second")
		boolean second(Thread thread) {
			return true;
		}

	}

	static class BadAnswer {

		@CanSubscribe("first")
		boolean first() {
			return true;
		}

		@CanSubscribe("second")
		void second() {
		}

	}

	static class BadConnection {

		@CanSubscribe("first")
		boolean first() {
			return true;
		}

		@CanSubscribe("second")
		boolean second(Connection<Integer> connection) {
			return true;
		}

	}

}
