/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.validation.constraintvalidation.SupportedValidationTarget;
import jakarta.validation.constraintvalidation.ValidationTarget;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.invocation.validation.ArgumentSize;
import io.rivetevents.invocation.validation.BeanArgumentValidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Constraints hold wherever they stand, and what is told of them is bounded.
 */
class BeanArgumentValidatorTests {

	private static final LocalValidatorFactoryBean FACTORY = new LocalValidatorFactoryBean();

	private final Actor actor = new Actor();

	@BeforeAll
	static void start() {
		FACTORY.afterPropertiesSet();
	}

	@AfterAll
	static void stop() {
		FACTORY.destroy();
	}

	record Tree(@NotNull @Nullable String name, @Valid @Nullable List<Tree> parts) {
	}

	/** Stands on a method for two parameters. */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@Constraint(validatedBy = Ordered.Check.class)
	@interface Ordered {

		String message() default "must be in order";

		Class<?>[] groups() default {};

		Class<? extends Payload>[] payload() default {};

		@SupportedValidationTarget(ValidationTarget.PARAMETERS)
		class Check implements ConstraintValidator<Ordered, Object[]> {

			@Override
			public boolean isValid(Object[] values, ConstraintValidatorContext context) {
				return (Integer) values[0] <= (Integer) values[1];
			}

		}

	}

	static class Base<T> {

		public void inherited(@Valid T value, @Min(1) int count) {
		}

	}

	static class Actor extends Base<Tree> {

		public void plain(@Size(max = 3) String text) {
		}

		public void elements(List<@NotBlank String> values) {
		}

		public void optional(Optional<@Min(1) Integer> value) {
		}

		public void values(Map<String, @Valid Tree> values) {
		}

		public void keys(Map<@Size(max = 3) String, String> values) {
		}

		public void nested(List<List<@Min(1) Integer>> values) {
		}

		public void cascaded(List<@Valid Tree> values) {
		}

		public void tree(@Valid Tree tree) {
		}

		@Ordered
		public void ordered(int first, int second) {
		}

		public void free(String text, List<String> more) {
		}

	}

	static Stream<Arguments> wrong() {
		Tree bad = new Tree(null, null);
		return Stream.of(Arguments.of("plain", new Object[] { "long" }), Arguments.of("elements", list(List.of(" "))),
				Arguments.of("optional", new Object[] { Optional.of(0) }),
				Arguments.of("values", new Object[] { Map.of("a", bad) }),
				Arguments.of("keys", new Object[] { Map.of("long", "") }),
				Arguments.of("nested", list(List.of(List.of(1, 0)))), Arguments.of("cascaded", list(List.of(bad))),
				Arguments.of("tree", new Object[] { bad }), Arguments.of("ordered", new Object[] { 2, 1 }),
				Arguments.of("inherited", new Object[] { new Tree("a", null), 0 }));
	}

	private static Object[] list(Object list) {
		return new Object[] { list };
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("wrong")
	void constraintsHoldWhereverTheyStand(String name, Object[] args) {
		BeanArgumentValidator validator = new BeanArgumentValidator(FACTORY);
		assertThatExceptionOfType(InvalidArgumentException.class)
			.isThrownBy(() -> validator.validate(this.actor, method(name), args));
		assertThatExceptionOfType(InvalidArgumentException.class)
			.isThrownBy(() -> validator.validateFirst(this.actor, method(name), args));
	}

	@Test
	void whatIsRightIsTaken() {
		BeanArgumentValidator validator = new BeanArgumentValidator(FACTORY);
		assertThatCode(() -> {
			validator.validate(this.actor, method("elements"), new Object[] { List.of("a") });
			validator.validate(this.actor, method("ordered"), new Object[] { 1, 2 });
			validator.validateFirst(this.actor, method("tree"), new Object[] { wide(20_000, "a") });
			validator.validateFirst(this.actor, method("free"), new Object[] { "", List.of() });
		}).doesNotThrowAnyException();
	}

	@Test
	void tellsABoundedNumberOfViolations() {
		BeanArgumentValidator validator = new BeanArgumentValidator(FACTORY);
		InvalidArgumentException ex = failure(
				() -> validator.validate(this.actor, method("tree"), new Object[] { wide(1000, null) }));
		assertThat(violations(ex)).hasSize(100);
		assertThat(ex.text()).endsWith("must not be null (and 999 more)");
	}

	@Test
	void tellsTheFirstOfTooManyParts() {
		BeanArgumentValidator validator = new BeanArgumentValidator(FACTORY);
		InvalidArgumentException ex = failure(
				() -> validator.validateFirst(this.actor, method("tree"), new Object[] { wide(20_000, null) }));
		assertThat(violations(ex)).hasSize(1);
		assertThat(ex.index()).isZero();
	}

	@Test
	void cutsAPathWithTextOfTheClient() {
		BeanArgumentValidator validator = new BeanArgumentValidator(FACTORY);
		InvalidArgumentException ex = failure(() -> validator.validate(this.actor, method("values"),
				new Object[] { Map.of("k".repeat(50_000), wide(50, null)) }));
		assertThat(String.valueOf(ex.metadata()).length()).isLessThan(100 * 1200);
		assertThat(ex.text().length()).isLessThan(1200);
	}

	/** Which has no way to stop at the first violation. */
	@Test
	void refusesTooManyPartsWithAnotherProvider() {
		Validator other = FACTORY.getValidator();
		BeanArgumentValidator validator = new BeanArgumentValidator(other);
		assertThat(
				failure(() -> validator.validateFirst(this.actor, method("tree"), new Object[] { wide(20_000, "a") })))
			.hasMessageContaining("too many parts");
		assertThatCode(() -> validator.validateFirst(this.actor, method("free"), new Object[] { "", List.of() }))
			.doesNotThrowAnyException();
	}

	@Test
	void countsTheLengthOfAllPaths() {
		JsonNode deep = node("[".repeat(100) + "]".repeat(100));
		assertThat(ArgumentSize.isLarge(List.of(deep))).isFalse();
		assertThat(ArgumentSize.isLarge(List.of(deep, deep))).isTrue();
		assertThat(ArgumentSize.isLarge(List.of(node("[" + "{},".repeat(3000) + "{}]")))).isFalse();
		assertThat(ArgumentSize.isLarge(List.of(node("[" + "{},".repeat(6000) + "{}]")))).isTrue();
		assertThat(ArgumentSize.isLarge(List.of())).isFalse();
	}

	private static JsonNode node(String json) {
		return JsonMapper.builder().build().readTree(json);
	}

	private static Tree wide(int parts, @Nullable String name) {
		return new Tree("root", Collections.nCopies(parts, name).stream().map((each) -> new Tree(each, null)).toList());
	}

	private static InvalidArgumentException failure(ThrowingCallable call) {
		return Objects.requireNonNull(catchThrowableOfType(InvalidArgumentException.class, call));
	}

	private static List<?> violations(InvalidArgumentException ex) {
		return (List<?>) Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(ex.metadata())).get("violations"));
	}

	private static Method method(String name) {
		return Arrays.stream(Actor.class.getMethods())
			.filter((method) -> method.getName().equals(name))
			.findFirst()
			.orElseThrow();
	}

}
