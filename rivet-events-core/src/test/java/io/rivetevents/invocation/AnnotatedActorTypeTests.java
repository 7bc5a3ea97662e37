/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.ActorSettings.StateSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.contract.History;
import io.rivetevents.contract.OneWay;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class AnnotatedActorTypeTests {

	@Test
	void refusesAParameterThatNothingSupplies() {
		assertInvalid(new UnknownParameter(), "UnknownParameter.connect(Thread)", "parameter 0",
				"java.lang.Thread thread", "no resolver supports it");
	}

	@Test
	void refusesTwoActionsOfOneName() {
		assertInvalid(new SameName(), "\"twice\"", "already declared by another method");
	}

	@Test
	void refusesTwoMethodsForOneHook() {
		assertInvalid(new TwoHooks(), "@OnConnect", "only one method can have");
	}

	@Test
	void refusesAWrongStateType() {
		assertInvalid(new WrongState(), "WrongState.act(ActorContext)", "java.lang.Integer", "@CreateState",
				"java.lang.String");
	}

	@Test
	void refusesAStateTypeWithoutState() {
		assertInvalid(new NoState(), "NoState.act(ActorContext)", "no method has @CreateState");
	}

	@Test
	void refusesAWrongConnectionStateType() {
		assertInvalid(new WrongConnectionState(), "WrongConnectionState.act(Connection)", "@CreateConnState");
	}

	@Test
	void refusesAConnectionBeforeThereIsOne() {
		assertInvalid(new EarlyConnection(), "EarlyConnection.check(Connection)", "no resolver supports it");
	}

	@Test
	void refusesAStateThatIsNotMade() {
		assertInvalid(new VoidState(), "VoidState.createState()", "must return the state");
	}

	@Test
	void refusesAnAnswerToCanSubscribeThatIsNone() {
		assertInvalid(new BadCanSubscribe(), "BadCanSubscribe.canSubscribe(String)", "boolean");
	}

	@Test
	void refusesAnAnswerThatNobodyWouldLookAt() {
		assertInvalid(new AnsweringConnect(), "AnsweringConnect.connect()", "must return nothing", "UserError");
		assertInvalid(new AnsweringBeforeConnect(), "AnsweringBeforeConnect.check()", "must return nothing");
	}

	@Test
	void refusesAHookThatReturnsForWhomItIsDenied() {
		assertInvalid(new HandlingCreate(), "HandlingCreate.mayCreate()", "@HandleAuthorizationDenied");
		assertInvalid(new HandlingConnect(), "HandlingConnect.connect()", "@HandleAuthorizationDenied");
		assertThat(type(new HandlingAnswer()).returnsDecision(Hook.CAN_CREATE)).isTrue();
	}

	@Test
	void refusesAPrivateAction() {
		assertInvalid(new PrivateAction(), "PrivateAction.act()", "private");
	}

	@Test
	void refusesAClassWithoutMethods() {
		assertInvalid(new Empty(), "no method has @Action");
	}

	@Test
	void refusesATimeThatIsNone() {
		assertInvalid(new BadTimeout(), "soon", "is not a valid duration");
		assertInvalid(new NegativeTimeout(), "sleepTimeout = \"-10m\" is not a valid duration");
		assertInvalid(new LongestTimeout(), "sleepTimeout = \"999999d\" is not a valid duration");
		assertInvalid(new NeverTimeout(), "actionTimeout = \"never\" is not a valid duration");
		assertInvalid(new NoTimeout(), "timeout of action act = \"0s\" must be positive");
		assertInvalid(new NegativeHistory(), "maxEvents = -1");
		assertInvalid(new NegativeHistoryAge(), "\"-5m\" is not a valid duration");
	}

	@Test
	void readsTheTimesOfAnActor() {
		ActorSettings settings = type(new Timed()).settings();
		assertThat(settings.actionTimeout()).hasSeconds(2);
		assertThat(settings.sleepTimeout()).hasMinutes(10);
		assertThat(type(new Timed()).action("quick").timeout()).hasMillis(100);
		assertThat(type(new Sleepless()).settings().sleepTimeout()).isEqualTo(ActorSettings.NEVER);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			text({})             | text       | must be a string
			text()               | text       | is missing
			text(null)           | text       | must not be null
			text(a, b)           | arguments  | are too many
			number(many)         | number     | must be a whole number from -2147483648 to 2147483647
			number(null)         | number     | must not be null
			point({'x': 'left'}) | point.x    | must be a number
			list([1, 'b'])       | list[1]    | must be a whole number
			rest(1, 2, 'c')      | numbers[2] | must be a whole number
			""")
	void refusesArgumentsThatDoNotFit(String call, String path, String message) {
		String action = call.substring(0, call.indexOf('('));
		String json = "[" + call.substring(call.indexOf('(') + 1, call.length() - 1).replace('\'', '"') + "]";
		json = json.replace("[a, b]", "[\"a\",\"b\"]").replace("[many]", "[\"many\"]");
		Object[] args = new JsonMapper().readTree(json).valueStream().toArray();
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Arguments())) {
			RivetException ex = catchThrowableOfType(RivetException.class,
					() -> harness.call(Arguments.class, "k", action, args));
			assertThat(ex.group() + "." + ex.code()).isEqualTo("actor.validation_error");
			assertThat(String.valueOf(ex.metadata())).contains("path=" + path + ",").contains(message);
		}
	}

	@Test
	void acceptsArgumentsThatMayBeMissing() {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Arguments())) {
			assertThat(harness.call(Arguments.class, "k", "nullable").stringValue()).isEqualTo("null");
			assertThat(harness.call(Arguments.class, "k", "optional").stringValue()).isEqualTo("Optional.empty");
			assertThat(harness.call(Arguments.class, "k", "optional", 5).stringValue()).isEqualTo("Optional[5]");
			assertThat(harness.call(Arguments.class, "k", "rest").intValue()).isZero();
			assertThat(harness.call(Arguments.class, "k", "rest", 1, 2, 3).intValue()).isEqualTo(6);
		}
	}

	@Test
	void takesItsActionsFromAContract() {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new ByContract())) {
			assertThat(harness.call(ByContract.class, "k", "twice", 21).intValue()).isEqualTo(42);
			assertThat(harness.call(ByContract.class, "k", "renamed").stringValue()).isEqualTo("k");
			assertThat(harness.call(ByContract.class, "k", "greet").stringValue()).isEqualTo("hello");
		}
		ActorType type = type(new ByContract());
		assertThat(type.action("fire").oneWay()).isTrue();
		assertThat(type.action("twice").oneWay()).isFalse();
		assertThat(type.action("twice").timeout()).hasSeconds(7);
		assertThat(type.action("notOurs")).isNull();
		assertThat(type.action("name")).isNull();
	}

	@Test
	void takesActionsFromAGenericContract() {
		assertThat(type(new Generic()).action("put").timeout()).hasSeconds(5);
	}

	@Test
	void refusesAContractThatItDoesNotImplement() {
		assertInvalid(new NotImplemented(), "NotImplemented", "must implement", "Calls");
	}

	@Test
	void refusesAnActionThatCannotButBlock() {
		assertInvalid(new DurableWithoutBlocking(), "act", "`blocking = false`");
		assertInvalid(new InterleavedWithoutBlocking(), "act", "`blocking = false`");
		assertInvalid(new LaterWithoutBlocking(), "act", "`blocking = false`");
		assertInvalid(new PerhapsLaterWithoutBlocking(), "act", "`blocking = false`");
	}

	@Test
	void savesBeforeEachAnswerThatDoesNotInterleave() {
		ActorSettings sync = ActorSettings.DEFAULTS.withState(new StateSettings(true, 1024));
		ActorType type = type(new Quick(), sync);
		assertThat(type.action("add").durable()).isTrue();
		assertThat(type.action("add").blocking()).isTrue();
		assertThat(type.action("ask").durable()).isFalse();
		assertThat(type(new Quick()).action("add").durable()).isFalse();
		assertThat(type(new Quick()).action("add").blocking()).isFalse();
	}

	@Test
	void refusesAOneWayActionWithAResult() {
		assertInvalid(new OneWayWithResult(), "ask", "@OneWay");
	}

	@Test
	void refusesReservedNames() {
		assertInvalid(new Reserved(), "act", "rivet:");
	}

	@Test
	void refusesTwoContractsWithTheSameEvent() {
		assertInvalid(new SameEvent(), "SameEvent", "said");
	}

	@Test
	void refusesToBeStrictAboutNothing() {
		assertInvalid(new StrictAboutNothing(), "strict");
	}

	private static AnnotatedActorType type(Object actor) {
		return type(actor, ActorSettings.DEFAULTS);
	}

	private static AnnotatedActorType type(Object actor, ActorSettings settings) {
		ValueMapper mapper = new ValueMapper(new JsonMapper());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		return new AnnotatedActorType("test", actor.getClass(), actor, settings, support);
	}

	private static void assertInvalid(Object actor, String... parts) {
		assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> type(actor))
			.withMessageContaining(actor.getClass().getSimpleName())
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts));
	}

	static class UnknownParameter {

		@OnConnect
		void connect(Thread thread) {
		}

	}

	static class SameName {

		@Action
		void twice() {
		}

		@Action("twice")
		void other() {
		}

	}

	static class TwoHooks {

		@OnConnect
		void one() {
		}

		@OnConnect
		void two() {
		}

	}

	static class WrongState {

		@CreateState
		String createState() {
			return "";
		}

		@Action
		void act(ActorContext<Integer, ?> c) {
		}

	}

	static class NoState {

		@Action
		void act(ActorContext<Integer, ?> c) {
		}

	}

	static class WrongConnectionState {

		@CreateConnState
		String createConnState() {
			return "";
		}

		@Action
		void act(Connection<Integer> connection) {
		}

	}

	static class EarlyConnection {

		@OnBeforeConnect
		void check(Connection<?> connection) {
		}

	}

	static class VoidState {

		@CreateState
		void createState() {
		}

	}

	static class BadCanSubscribe {

		@CanSubscribe
		String canSubscribe(String event) {
			return event;
		}

	}

	static class AnsweringConnect {

		@OnConnect
		boolean connect() {
			return false;
		}

	}

	static class AnsweringBeforeConnect {

		@OnBeforeConnect
		Mono<Boolean> check() {
			return Mono.just(false);
		}

	}

	static class HandlingCreate {

		@CanCreate
		@HandleAuthorizationDenied
		void mayCreate() {
		}

	}

	@HandleAuthorizationDenied
	static class HandlingConnect {

		@OnConnect
		void connect() {
		}

	}

	static class HandlingAnswer {

		@CanCreate
		@HandleAuthorizationDenied
		boolean mayCreate() {
			return true;
		}

	}

	static class PrivateAction {

		@Action
		private void act() {
		}

	}

	static class Empty {

	}

	@Actor(name = "bad", actionTimeout = "soon")
	static class BadTimeout {

		@Action
		void act() {
		}

	}

	@Actor(name = "negative", sleepTimeout = "-10m")
	static class NegativeTimeout {

		@Action
		void act() {
		}

	}

	@Actor(name = "none")
	static class NoTimeout {

		@Action(timeout = "0s")
		void act() {
		}

	}

	@Actor(name = "kept", events = NegativeHistory.Events.class)
	static class NegativeHistory {

		interface Events {

			@History(maxEvents = -1)
			void happened();

		}

		@Action
		void act() {
		}

	}

	@Actor(name = "kept", events = NegativeHistoryAge.Events.class)
	static class NegativeHistoryAge {

		interface Events {

			@History(maxEvents = 1, maxAge = "-5m")
			void happened();

		}

		@Action
		void act() {
		}

	}

	@Actor(name = "longest", sleepTimeout = "999999d")
	static class LongestTimeout {

		@Action
		void act() {
		}

	}

	@Actor(name = "never", actionTimeout = "never")
	static class NeverTimeout {

		@Action
		void act() {
		}

	}

	@Actor(name = "sleepless", sleepTimeout = "never")
	static class Sleepless {

		@Action
		void act() {
		}

	}

	@Actor(name = "timed", actionTimeout = "2s", sleepTimeout = "10m")
	static class Timed {

		@Action(timeout = "100ms")
		void quick() {
		}

	}

	static class Arguments {

		record Point(double x, double y) {
		}

		@Action
		String text(String text) {
			return text;
		}

		@Action
		int number(int number) {
			return number;
		}

		@Action
		Point point(Point point) {
			return point;
		}

		@Action
		List<Integer> list(List<Integer> list) {
			return list;
		}

		@Action
		int rest(int... numbers) {
			return java.util.Arrays.stream(numbers).sum();
		}

		@Action
		String nullable(@Nullable String text) {
			return String.valueOf(text);
		}

		@Action
		String optional(Optional<Integer> number) {
			return number.toString();
		}

	}

	interface Calls {

		@Action(timeout = "7s")
		int twice(int number);

		@Action("renamed")
		String key();

		@OneWay
		void fire();

		default String greet() {
			return "hello";
		}

	}

	interface GenericCalls<T> {

		void put(T value);

	}

	@Actor(name = "generic", actions = GenericCalls.class)
	static class Generic implements GenericCalls<Integer> {

		@Override
		@Action(timeout = "5s")
		public void put(Integer value) {
		}

	}

	interface Other {

		String name();

	}

	@Actor(name = "byContract", actions = Calls.class)
	static class ByContract implements Calls, Other {

		@Override
		public int twice(int number) {
			return 2 * number;
		}

		@Override
		public String key() {
			return ActorContext.current().key().serialize();
		}

		@Override
		public void fire() {
		}

		@Override
		public String name() {
			return "not an action";
		}

		public void notOurs() {
		}

	}

	@Actor(name = "notImplemented", actions = Calls.class)
	static class NotImplemented {

		@Action
		void act() {
		}

	}

	static class Quick {

		@Action(blocking = false)
		void add() {
		}

		@Action(interleave = true)
		void ask() {
		}

	}

	static class DurableWithoutBlocking {

		@Action(blocking = false, durable = true)
		void act() {
		}

	}

	static class InterleavedWithoutBlocking {

		@Action(blocking = false, interleave = true)
		void act() {
		}

	}

	static class LaterWithoutBlocking {

		@Action(blocking = false)
		Mono<Void> act() {
			return Mono.empty();
		}

	}

	static class PerhapsLaterWithoutBlocking {

		@Action(blocking = false)
		Object act() {
			return Mono.empty();
		}

	}

	static class OneWayWithResult {

		@Action
		@OneWay
		int ask() {
			return 1;
		}

	}

	static class Reserved {

		@Action("rivet:reply")
		void act() {
		}

	}

	interface Said {

		void said();

	}

	interface SaidAgain {

		void said(String text);

	}

	@Actor(name = "sameEvent", events = { Said.class, SaidAgain.class })
	static class SameEvent {

		@Action
		void act() {
		}

	}

	@Actor(name = "strictAboutNothing", strict = true)
	static class StrictAboutNothing {

		@Action
		void act() {
		}

	}

}
