/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.UserError;

/**
 * An actor whose actions take what a client can send in as many types as applications
 * use, and give it back. None of them fails by itself: an internal error is the server's.
 */
@Actor("fuzz")
class FuzzActor {

	/** Names of its actions. */
	static final List<String> ACTIONS = List.of("echo", "whole", "big", "decimal", "floating", "flag", "text",
			"instant", "day", "zoned", "duration", "zone", "uuid", "uri", "pattern", "locale", "currency", "bytes",
			"numbers", "primitives", "words", "map", "byNumber", "unit", "tree", "order", "optional", "rest", "any",
			"later", "emit", "tell", "refuse", "remember", "interleaved", "onTheEventLoop");

	record Order(@Size(max = 20) String name, @Max(10) int count, @Nullable Instant at, @Valid @Nullable Order next,
			@Nullable List<BigDecimal> prices) {

		Order {
			if (count == 7) {
				throw new IllegalArgumentException("There is no seventh");
			}
			name = name.strip(); // fails if it is missing
		}

	}

	record Join(@Nullable String name, @Nullable Integer age, @Nullable Instant since) {
	}

	@CreateState
	List<String> createState(@Input @Nullable JsonNode input) {
		return new ArrayList<>();
	}

	@OnBeforeConnect
	void check(@ConnParams @Nullable Join params) {
		if (params != null && "refused".equals(params.name())) {
			throw new UserError("not_you", "Not you");
		}
	}

	@Action
	JsonNode echo(JsonNode value) {
		return value;
	}

	@Action
	long whole(int number, @Nullable Long other) {
		return number;
	}

	@Action
	BigInteger big(BigInteger number) {
		return number;
	}

	@Action
	BigDecimal decimal(BigDecimal number) {
		return number;
	}

	@Action
	double floating(double number, @Nullable Float other) {
		return number;
	}

	@Action
	boolean flag(boolean flag) {
		return flag;
	}

	@Action
	String text(@Size(max = 100) String text, @Nullable Character letter) {
		return text;
	}

	@Action
	Instant instant(Instant instant) {
		return instant;
	}

	@Action
	LocalDate day(LocalDate day) {
		return day;
	}

	@Action
	ZonedDateTime zoned(ZonedDateTime time) {
		return time;
	}

	@Action
	Duration duration(Duration duration) {
		return duration;
	}

	@Action
	TimeZone zone(TimeZone zone) {
		return zone;
	}

	@Action
	UUID uuid(UUID uuid) {
		return uuid;
	}

	@Action
	URI uri(URI uri) {
		return uri;
	}

	@Action
	String pattern(Pattern pattern) {
		return pattern.pattern();
	}

	@Action
	Locale locale(Locale locale) {
		return locale;
	}

	@Action
	Currency currency(Currency currency) {
		return currency;
	}

	@Action
	byte[] bytes(byte[] bytes) {
		return bytes;
	}

	@Action
	List<Integer> numbers(List<Integer> numbers) {
		return numbers;
	}

	@Action
	long[] primitives(long[] numbers) {
		return numbers;
	}

	@Action
	Set<String> words(Set<String> words) {
		return words;
	}

	@Action
	Map<String, Object> map(Map<String, Object> map) {
		return map;
	}

	@Action
	Map<Integer, Instant> byNumber(Map<Integer, Instant> map) {
		return map;
	}

	@Action
	TimeUnit unit(TimeUnit unit) {
		return unit;
	}

	@Action
	Map<String, List<Map<String, List<JsonNode>>>> tree(Map<String, List<Map<String, List<JsonNode>>>> tree) {
		return tree;
	}

	@Action
	Order order(@Valid Order order) {
		return order;
	}

	@Action
	Optional<Instant> optional(Optional<Instant> instant) {
		return instant;
	}

	@Action
	int rest(String first, Instant... rest) {
		return rest.length;
	}

	@Action
	@Nullable Object any(@Nullable Object value) {
		return value;
	}

	@Action
	Mono<JsonNode> later(JsonNode value) {
		return Mono.justOrEmpty(value).delayElement(Duration.ofMillis(1));
	}

	@Action(interleave = true)
	Mono<JsonNode> interleaved(JsonNode value) {
		return Mono.justOrEmpty(value).delayElement(Duration.ofMillis(1));
	}

	@Action(blocking = false)
	JsonNode onTheEventLoop(JsonNode value) {
		return value;
	}

	@Action
	void emit(ActorContext<?, ?> c, String event, @Nullable JsonNode value) {
		check(event);
		c.broadcast(event, value);
	}

	@Action
	void tell(ActorContext<?, ?> c, String event, @Nullable Object value) {
		check(event);
		c.conn().send(event, value);
	}

	/** As an application must that lets clients name events. */
	private static void check(String event) {
		if (event.isEmpty() || event.startsWith("rivet:")
				|| event.chars().anyMatch((next) -> next == 0 || next == 10 || next == 13)) {
			throw new UserError("no_event", "There is no such event");
		}
	}

	@Action
	void refuse(String code, @Nullable JsonNode metadata) {
		throw new UserError("code", code, metadata);
	}

	@Action
	int remember(ActorContext<List<String>, ?> c, String text) {
		c.state().add(text);
		while (c.state().size() > 10) {
			c.state().remove(0);
		}
		return c.state().size();
	}

}
