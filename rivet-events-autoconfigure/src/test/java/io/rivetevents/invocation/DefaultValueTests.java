/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Arguments that a client leaves out, and those that it sends instead.
 */
class DefaultValueTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Defaults(), new ByContract());

	@AfterEach
	void close() {
		this.harness.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", textBlock = """
			numbers([])                  | 20 1.5 true
			numbers([1])                 | 1 1.5 true
			numbers([1, 2.5, false])     | 1 2.5 false
			texts([])                    | 20 "quoted" x
			texts(["a"])                 | a "quoted" x
			constants([])                | 1 LOW 2026-01-31
			durations([])                | PT30S PT5M
			durations(["PT1S"])          | PT1S PT5M
			objects([])                  | [a, b] Point[x=1, y=2]
			optional([])                 | Optional[7]
			optional([null])             | Optional.empty
			nullable([])                 | 7
			nullable([null])             | null
			behindGiven(["a"])           | a 7 null 0
			behindGiven(["a", 1, 2, 3])  | a 1 2 1
			composed([])                 | 50
			""")
	void standsForAnArgumentThatIsLeftOut(String call, String expected) {
		assertThat(call(Defaults.class, call).stringValue()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			numbers([null])        | must not be null
			numbers(["x"])         | must be a whole number
			numbers([1, 2, true, 4]) | are too many
			behindGiven([])        | is missing
			""")
	void leavesOtherArgumentsAsStrictAsTheyAre(String call, String message) {
		RivetException ex = catchThrowableOfType(RivetException.class, () -> call(Defaults.class, call));
		assertThat(ex.code()).isEqualTo("validation_error");
		assertThat(String.valueOf(ex.metadata())).contains(message);
	}

	@Test
	void isMadeAnewForEachCall() {
		assertThat(call(Defaults.class, "change([])").stringValue()).isEqualTo("{\"n\":1}[1]");
		assertThat(call(Defaults.class, "change([])").stringValue()).isEqualTo("{\"n\":1}[1]");
	}

	@Test
	void mayStandOnTheMethodOfAnInterface() {
		assertThat(call(ByContract.class, "twice([])").intValue()).isEqualTo(42);
	}

	@Test
	void refusesATextThatDoesNotFit() {
		assertInvalid(new NoNumber(), "NoNumber.act(int)", "parameter 0 (int limit)", "@DefaultValue(\"many\")",
				"must be a whole number");
		assertInvalid(new TooLarge(), "TooLarge.act(ActorContext, byte)", "parameter 1 (byte limit)", "1000");
		assertInvalid(new NoConstant(), "NoConstant.act(Level)", "\"MIDDLE\"", "LOW");
		assertInvalid(new NoDuration(), "NoDuration.act(Duration)", "\"soon\"", "30s or 5m");
		assertInvalid(new NullNumber(), "NullNumber.act(Integer)", "\"null\"", "must not be null");
	}

	@Test
	void refusesADefaultThatHasNoEffect() {
		assertInvalid(new BeforeRequired(), "BeforeRequired.act(int, String)", "parameter 0 (int limit)",
				"the later parameter 1 (name) is required");
		assertInvalid(new OfTheRest(), "OfTheRest.act(int[])", "parameter 0", "has no effect");
		assertInvalid(new OfParams(), "OfParams.act(String)", "parameter 0", "has no effect");
		assertInvalid(new OfAHook(), "OfAHook.canSubscribe(String)", "parameter 0", "has no effect");
	}

	/** Its import is easily the wrong one. */
	@Test
	void refusesTheAnnotationOfSpringBoot() {
		assertInvalid(new OfSpringBoot(), "OfSpringBoot.act(int)", "parameter 0", "@DefaultValue");
	}

	private JsonNode call(Class<?> actor, String call) {
		String action = call.substring(0, call.indexOf('('));
		String args = call.substring(call.indexOf('(') + 1, call.length() - 1);
		return this.harness.call(actor, "k", action, new JsonMapper().readTree(args).valueStream().toArray());
	}

	private static void assertInvalid(Object actor, String... texts) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new AnnotatedActorType("it", actor.getClass(), actor, ActorSettings.DEFAULTS, support))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(texts));
	}

	enum Level {

		LOW, HIGH

	}

	record Point(int x, int y) {
	}

	@DefaultValue("50")
	@Target(ElementType.PARAMETER)
	@Retention(RetentionPolicy.RUNTIME)
	@interface PageSize {

	}

	static class Defaults {

		@Action
		String numbers(@DefaultValue("20") int whole, @DefaultValue("1.5") BigDecimal decimal,
				@DefaultValue("true") boolean flag) {
			return "%s %s %s".formatted(whole, decimal, flag);
		}

		@Action
		String texts(@DefaultValue("20") String number, @DefaultValue("\"quoted\"") CharSequence quoted,
				@DefaultValue("x") char letter) {
			return "%s %s %s".formatted(number, quoted, letter);
		}

		@Action
		String constants(@DefaultValue("1") long number, @DefaultValue("LOW") Level level,
				@DefaultValue("2026-01-31") LocalDate date) {
			return "%s %s %s".formatted(number, level, date);
		}

		@Action
		String durations(@DefaultValue("30s") Duration simple, @DefaultValue("PT5M") Duration iso) {
			return "%s %s".formatted(simple, iso);
		}

		@Action
		String objects(@DefaultValue("[\"a\", \"b\"]") List<String> list,
				@DefaultValue("{\"x\": 1, \"y\": 2}") Point point) {
			return "%s %s".formatted(list, point);
		}

		@Action
		String optional(@DefaultValue("7") Optional<Integer> number) {
			return number.toString();
		}

		@Action
		String nullable(@DefaultValue("7") @Nullable Integer number) {
			return String.valueOf(number);
		}

		@Action
		String behindGiven(String given, @DefaultValue("7") int number, @Nullable Integer other, int... rest) {
			return "%s %s %s %s".formatted(given, number, other, rest.length);
		}

		@Action
		String composed(@PageSize int size) {
			return String.valueOf(size);
		}

		@Action
		String change(@DefaultValue("{}") ObjectNode node, @DefaultValue("[]") List<Integer> list) {
			list.add(1);
			return node.put("n", node.size() + 1).toString() + list;
		}

	}

	interface Calls {

		int twice(@DefaultValue("21") int number);

	}

	@Actor(name = "byContract", actions = Calls.class)
	static class ByContract implements Calls {

		@Override
		public int twice(int number) {
			return 2 * number;
		}

	}

	static class NoNumber {

		@Action
		void act(@DefaultValue("many") int limit) {
		}

	}

	static class TooLarge {

		@Action
		void act(ActorContext<?, ?> c, @DefaultValue("1000") byte limit) {
		}

	}

	static class NoConstant {

		@Action
		void act(@DefaultValue("MIDDLE") Level level) {
		}

	}

	static class NoDuration {

		@Action
		void act(@DefaultValue("soon") Duration pause) {
		}

	}

	static class NullNumber {

		@Action
		void act(@DefaultValue("null") Integer number) {
		}

	}

	static class OfSpringBoot {

		@Action
		void act(@org.springframework.boot.context.properties.bind.DefaultValue("7") int limit) {
		}

	}

	static class BeforeRequired {

		@Action
		void act(@DefaultValue("7") int limit, String name) {
		}

	}

	static class OfTheRest {

		@Action
		void act(@DefaultValue("7") int... numbers) {
		}

	}

	static class OfParams {

		@Action
		void act(@ConnParams @DefaultValue("nobody") String name) {
		}

	}

	static class OfAHook {

		@CanSubscribe
		boolean canSubscribe(@DefaultValue("typing") String event) {
			return true;
		}

	}

}
