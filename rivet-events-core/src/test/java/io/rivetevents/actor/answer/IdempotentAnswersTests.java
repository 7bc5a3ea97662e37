/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class IdempotentAnswersTests {

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	private final ByteBudget budget = Limits.defaults().answers();

	private final KeptAnswers kept = new KeptAnswers(this.budget);

	private final IdempotentAnswers answers = new IdempotentAnswers(this.kept);

	private final AtomicInteger calls = new AtomicInteger();

	private static IdempotentAnswers.Key key(String key, int argument) {
		return new IdempotentAnswers.Key("pay", key, new byte[] { (byte) argument });
	}

	private static IdempotentAnswers.Caller caller(String id) {
		return new IdempotentAnswers.Caller(id, id);
	}

	private int pay(String caller, String key, int argument, long now) {
		return this.answers
			.once(caller(caller), key(key, argument), now,
					() -> Mono.fromSupplier(() -> IntNode.valueOf(this.calls.incrementAndGet())))
			.block()
			.intValue();
	}

	@Test
	void answersARepeatedCallAsTheFirst() {
		assertThat(pay("ada", "k", 1, 0)).isEqualTo(1);
		assertThat(pay("ada", "k", 1, MINUTE)).isEqualTo(1);
	}

	@Test
	void tellsCallersAndArgumentsApart() {
		assertThat(pay("ada", "k", 1, 0)).isEqualTo(1);
		assertThat(pay("bob", "k", 1, 0)).isEqualTo(2);
		assertThat(pay("ada", "k", 2, 0)).isEqualTo(3);
		assertThat(pay("ada", "k", 1, 0)).isEqualTo(1);
	}

	@Test
	void keepsTheAnswersOfACallerWhateverOthersDo() {
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		for (int i = 0; i < 5000; i++) {
			pay("bob", "x" + i, 1, 0);
		}
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
	}

	@Test
	void dropsTheOldestOfTheSameCaller() {
		for (int i = 0; i < 1001; i++) {
			pay("ada", "x" + i, 1, 0);
		}
		assertThat(pay("ada", "x1", 1, 0)).isEqualTo(2);
		assertThat(pay("ada", "x0", 1, 0)).isEqualTo(1002);
	}

	@Test
	void boundsAnswersByMemory() {
		JsonNode large = StringNode.valueOf("x".repeat(200_000));
		List<JsonNode> given = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			given.add(this.answers.once(caller("ada"), key("x" + i, 1), 0, () -> Mono.just(large)).block());
		}
		assertThat(given).containsOnly(large);
		assertThat(this.budget.used()).isLessThan(1_100_000);
	}

	@ParameterizedTest
	@ValueSource(ints = { 300_000, 600_000 })
	void dropsNothingForAnAnswerThatDoesNotFit(int length) {
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		for (int i = 0; i < 500; i++) {
			// each takes room, which is not free before it has ended
			this.answers.once(caller("ada"), key("k".repeat(200) + i, 1), 0, Mono::never).subscribe();
		}
		JsonNode large = StringNode.valueOf("x".repeat(length));
		assertThat(this.answers.once(caller("ada"), key("list", 1), 0, () -> Mono.just(large)).block())
			.isEqualTo(large);
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		assertThat(catchThrowableOfType(RivetException.class, () -> pay("ada", "list", 1, 0)).code())
			.isEqualTo("overloaded");
	}

	@Test
	void dropsNothingOfOthersForAnAnswerThatDoesNotFit() {
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		JsonNode list = StringNode.valueOf("x".repeat(200_000));
		this.answers.once(caller("ada"), key("list", 1), 0, () -> Mono.just(list)).block();
		// there would be room without the oldest answer of the caller with the most
		this.budget.acquire(this.budget.max() - this.budget.used() - 1_100_000);
		JsonNode large = StringNode.valueOf("x".repeat(600_000));
		this.answers.once(caller("bob"), key("k", 1), 0, () -> Mono.just(large)).block();
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
	}

	@Test
	void refusesANewCallWhenTheNodeHasNoRoom() {
		assertThat(pay("ada", "k", 1, 0)).isEqualTo(1);
		this.budget.acquire(this.budget.max());
		RivetException refusal = catchThrowableOfType(RivetException.class, () -> pay("bob", "k", 1, 0));
		assertThat(refusal.code()).isEqualTo("overloaded");
		assertThat(this.calls).hasValue(1);
		assertThat(pay("ada", "k", 1, 0)).isEqualTo(1);
	}

	@Test
	void doesNotRunAgainWhatItHasNoRoomToAnswer() {
		Sinks.One<JsonNode> later = Sinks.one();
		Mono<JsonNode> first = this.answers.once(caller("ada"), key("k", 1), 0, later::asMono);
		first.subscribe();
		this.budget.acquire(this.budget.max());
		later.tryEmitValue(StringNode.valueOf("paid"));
		assertThat(first.block()).isEqualTo(StringNode.valueOf("paid"));
		RivetException refusal = catchThrowableOfType(RivetException.class, () -> pay("ada", "k", 1, 0));
		assertThat(refusal.code()).isEqualTo("overloaded");
		assertThat(this.calls).hasValue(0);
	}

	@Test
	void joinsACallThatStillRuns() {
		Sinks.One<JsonNode> later = Sinks.one();
		Mono<JsonNode> first = this.answers.once(caller("ada"), key("k", 1), 0, later::asMono);
		first.subscribe();
		for (int i = 0; i < 2000; i++) {
			pay("ada", "x" + i, 1, 0);
		}
		Mono<JsonNode> second = this.answers.once(caller("ada"), key("k", 1), 0, () -> Mono.just(IntNode.valueOf(-1)));
		later.tryEmitValue(IntNode.valueOf(7));
		assertThat(second.block()).isEqualTo(IntNode.valueOf(7));
	}

	@Test
	void forgetsWhatIsOld() {
		pay("ada", "k", 1, 0);
		pay("bob", "k", 1, 0);
		this.answers.expire(4 * MINUTE);
		assertThat(this.budget.used()).isPositive();
		this.answers.expire(6 * MINUTE);
		assertThat(this.budget.used()).isZero();
		assertThat(pay("ada", "k", 1, 6 * MINUTE)).isEqualTo(3);
		this.answers.clear();
		assertThat(this.budget.used()).isZero();
	}

	/** One has many streams, another has one key of old. */
	@Test
	void dropsTheOldestOfWhoeverHoldsMostWhenTheNodeHasNoRoom() {
		JsonNode large = StringNode.valueOf("x".repeat(400_000));
		IdempotentAnswers elsewhere = new IdempotentAnswers(this.kept);
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		int streams = (int) (this.budget.max() / 800_000) + 20;
		for (int i = 0; i < streams; i++) {
			IdempotentAnswers.Caller stream = new IdempotentAnswers.Caller("stream " + i, "mallory");
			assertThat(((i % 2 == 0) ? elsewhere : this.answers).once(stream, key("k", 1), 0, () -> Mono.just(large))
				.block()).isEqualTo(large);
		}
		IdempotentAnswers.Caller newest = new IdempotentAnswers.Caller("stream " + (streams - 1), "mallory");
		assertThat((((streams - 1) % 2 == 0) ? elsewhere : this.answers)
			.once(newest, key("k", 1), 0, () -> Mono.error(new IllegalStateException("made again")))
			.block()).isEqualTo(large);
		assertThat(this.budget.used()).isLessThanOrEqualTo(this.budget.max());
		assertThat(pay("bob", "k", 1, 0)).isEqualTo(2);
		assertThat(pay("ada", "order", 1, 0)).isEqualTo(1);
		this.answers.clear();
		elsewhere.clear();
		assertThat(this.budget.used()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void takesNothingForAnAnswerThatIsKeptNoMore(boolean old) {
		Sinks.One<JsonNode> later = Sinks.one();
		Mono<JsonNode> first = this.answers.once(caller("ada"), key("k", 1), 0, later::asMono);
		first.subscribe();
		if (old) {
			this.answers.expire(6 * MINUTE);
		}
		else {
			this.answers.clear();
		}
		later.tryEmitValue(StringNode.valueOf("x".repeat(100_000)));
		assertThat(first.block().stringValue()).hasSize(100_000);
		assertThat(this.budget.used()).isZero();
	}

}
