/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorApi;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.contract.OneWay;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Instances as objects of an interface that their actor implements.
 */
@SuppressWarnings("unchecked") // an array of optionals
class ActorApiTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Chat(), new Other());

	private final Actors actors = this.harness.actors();

	private final ActorApi<ChatApi> chats = this.actors.api(ChatApi.class);

	private final ChatApi chat = this.chats.getOrCreate("k");

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void waitsForResultsOfPlainTypes() {
		assertThat(this.chat.say("a", 1)).isEqualTo(1);
		assertThat(this.chat.say("b", 2)).isEqualTo(2);
		this.chat.clear();
		assertThat(this.chat.say("c", 3)).isEqualTo(1);
		assertThat(this.chat.nothing()).isNull();
		assertThat(this.chat.find("c")).contains(new Line("c", 3));
		assertThat(this.chat.find("d")).isEmpty();
		assertThat(this.chat.count("x", "y", "z")).isEqualTo(3);
		assertThat(this.chat.count()).isZero();
		assertThat(this.chat.join(new Line[] { new Line("a", 1), new Line("b", 2) }, Optional.of(new Line("c", 3)),
				Optional.empty()))
			.isEqualTo("abc");
		assertThat(this.chat.renamed(Map.of("l", List.of(new Line("x", 1))))).isEqualTo(1);
	}

	@Test
	void returnsWhatComesLater() throws Exception {
		Mono<Integer> later = this.chat.sayLater("a");
		assertThat(this.chat.lines()).isEmpty();
		assertThat(later.block(ActorHarness.PATIENCE)).isEqualTo(1);
		CompletionStage<List<Line>> stage = this.chat.linesLater();
		assertThat(stage.toCompletableFuture().get(5, TimeUnit.SECONDS)).containsExactly(new Line("a", 0));
		assertThat(this.chat.linesAsTheyAre().get(5, TimeUnit.SECONDS)).containsExactly(new Line("a", 0));
		assertThat(this.chat.stream().map(Line::text).collectList().block(ActorHarness.PATIENCE)).containsExactly("a");
		assertThat(this.chat.clearLater().block(ActorHarness.PATIENCE)).isNull();
		assertThat(this.chat.lines()).isEmpty();
	}

	@Test
	void keepsTypeArgumentsOfResultsAndOfTheInterface() {
		this.chat.say("a", 1);
		assertThat(this.chat.lines()).containsExactly(new Line("a", 1));
		assertThat(this.chat.latest()).isEqualTo(new Line("a", 1));
	}

	@Test
	void doesNotWaitForOneWayActions() {
		Mono.fromRunnable(() -> this.chat.post("a")).subscribeOn(Schedulers.parallel()).block(ActorHarness.PATIENCE);
		Awaitility.await().until(() -> this.chat.lines().size() == 1);
		this.actors.api(ChatApi.class).get("missing").post("a"); // logged
	}

	@Test
	void throwsTheErrorsOfCalls() throws Exception {
		assertThatExceptionOfType(RivetException.class).isThrownBy(this.chat::fail)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("nope"));
		ChatApi missing = this.chats.get("missing");
		assertThatExceptionOfType(RivetException.class).isThrownBy(missing::lines)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("not_found"));
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> missing.sayLater("a").block(ActorHarness.PATIENCE));
		CompletableFuture<List<Line>> failed = missing.linesAsTheyAre();
		Awaitility.await().until(failed::isCompletedExceptionally);
	}

	@Test
	void runsDefaultMethodsThatAreNoActions() {
		assertThat(this.chat.sayTwice("a")).isEqualTo(2);
		assertThat(this.chat.greeting()).isEqualTo("of the actor");
	}

	@Test
	void isAnObject() {
		assertThat(this.chat).isEqualTo(this.chat)
			.isNotEqualTo(this.chats.getOrCreate("k"))
			.hasSameHashCodeAs(this.chat);
		assertThat(this.chat.toString()).startsWith("ChatApi of ").contains("Chat").contains("k");
	}

	@Test
	void isMadeOfAnyHandle() {
		ActorKey key = ActorKey.of("k", "2");
		this.chats.getOrCreate(key).say("a", 1);
		assertThat(this.chats.get("k", "2").lines()).hasSize(1);
		ActorHandle handle = this.actors.get("Chat", key);
		assertThat(handle.as(ChatApi.class).lines()).hasSize(1);
		String id = handle.resolve().block(ActorHarness.PATIENCE).actorId();
		assertThat(this.actors.byId(id).as(ChatApi.class).lines()).hasSize(1);
		assertThat(this.actors.inNamespace("other").api(ChatApi.class).getOrCreate(key).lines()).isEmpty();
	}

	@Test
	void refusesToWaitOnThreadsThatMustNotBlock() {
		assertThatIllegalStateException()
			.isThrownBy(() -> Mono.fromCallable(this.chat::lines)
				.subscribeOn(Schedulers.parallel())
				.block(ActorHarness.PATIENCE))
			.withMessageContaining("ChatApi.lines would block")
			.withMessageContaining("parallel")
			.withMessageContaining("Mono");
		assertThat(Mono.defer(() -> this.chat.sayLater("a"))
			.subscribeOn(Schedulers.parallel())
			.block(ActorHarness.PATIENCE)).isEqualTo(1);
	}

	@Test
	void refusesToWaitForItselfInATurn() {
		assertThat(this.harness.call(Other.class, "k", "askOther").intValue()).isEqualTo(1);
		assertThat(this.harness.call(Chat.class, "k", "askItself").stringValue()).contains("would deadlock");
		assertThat(this.harness.call(Chat.class, "k", "askItselfById").stringValue()).contains("would deadlock");
	}

	@Test
	void refusesInterfacesThatNoActorOrSeveralImplement() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.api(String.class))
			.withMessageContaining("is not an interface");
		ActorApi<Runnable> nothing = this.actors.api(Runnable.class);
		assertThatIllegalArgumentException().isThrownBy(() -> nothing.get("k"))
			.withMessageContaining("No actor implements java.lang.Runnable");
		ActorApi<Shared> shared = this.actors.api(Shared.class);
		assertThatIllegalArgumentException().isThrownBy(() -> shared.getOrCreate("k"))
			.withMessageContaining("[Chat, Other]")
			.withMessageContaining("as(Shared.class)");
		assertThat(this.actors.getOrCreate("Other", "k").as(Shared.class).shared()).isEqualTo("other");
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.get("Other", "k").as(ChatApi.class))
			.withMessageContaining("does not implement")
			.withMessageContaining("[Chat]");
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.get("none", "k").as(ChatApi.class))
			.withMessageContaining("No actor is named none");
	}

	@Test
	void refusesMethodsThatCannotBeCalled() {
		ActorApi<NoAction> noAction = this.actors.api(NoAction.class);
		assertThatIllegalArgumentException().isThrownBy(() -> noAction.get("k"))
			.withMessageContaining("internal")
			.withMessageContaining("@Action");
		ActorApi<WithContext> withContext = this.actors.api(WithContext.class);
		assertThatIllegalArgumentException().isThrownBy(() -> withContext.get("k"))
			.withMessageContaining("askOther")
			.withMessageContaining("ActorContext.current()");
	}

	record Line(String text, int number) {
	}

	interface Latest<T> {

		@Nullable T latest();

	}

	interface Shared {

		String shared();

	}

	interface ChatApi extends Latest<Line> {

		int say(String text, int number);

		void clear();

		@Nullable String nothing();

		Optional<Line> find(String text);

		int count(String... texts);

		String join(Line[] first, Optional<Line>... more);

		int renamed(Map<String, List<Line>> lines);

		List<Line> lines();

		Mono<Integer> sayLater(String text);

		CompletionStage<List<Line>> linesLater();

		CompletableFuture<List<Line>> linesAsTheyAre();

		Flux<Line> stream();

		Mono<Void> clearLater();

		@OneWay
		void post(String text);

		void fail();

		default int sayTwice(String text) {
			say(text, 1);
			return say(text, 2);
		}

		default String greeting() {
			return "of the interface";
		}

		static ChatApi none() {
			throw new UnsupportedOperationException();
		}

		@Override
		String toString();

	}

	interface NoAction {

		void internal();

	}

	interface WithContext {

		int askOther(ActorContext<?, ?> c);

	}

	static class Chat implements ChatApi, Shared {

		private static List<Line> all() {
			return ActorContext.<List<Line>, Object>current().state();
		}

		@CreateState
		List<Line> create() {
			return new ArrayList<>();
		}

		@Override
		@Action
		public int say(String text, int number) {
			all().add(new Line(text, number));
			return all().size();
		}

		@Override
		@Action
		public void clear() {
			all().clear();
		}

		@Override
		@Action
		public @Nullable String nothing() {
			return null;
		}

		@Override
		@Action
		public Optional<Line> find(String text) {
			return all().stream().filter((line) -> line.text().equals(text)).findFirst();
		}

		@Override
		@Action
		public int count(String... texts) {
			return texts.length;
		}

		@Override
		@Action
		@SafeVarargs
		public final String join(Line[] first, Optional<Line>... more) {
			return Stream.concat(Stream.of(first), Stream.of(more).flatMap(Optional::stream))
				.map(Line::text)
				.collect(Collectors.joining());
		}

		@Override
		@Action(name = "otherName")
		public int renamed(Map<String, List<Line>> lines) {
			return lines.get("l").size();
		}

		@Override
		@Action
		public List<Line> lines() {
			return List.copyOf(all());
		}

		@Override
		@Action
		public Mono<Integer> sayLater(String text) {
			List<Line> all = all();
			return Mono.delay(Duration.ofMillis(1)).map((tick) -> {
				all.add(new Line(text, 0));
				return all.size();
			});
		}

		@Override
		@Action
		public CompletionStage<List<Line>> linesLater() {
			return CompletableFuture.completedStage(lines());
		}

		@Override
		@Action
		public CompletableFuture<List<Line>> linesAsTheyAre() {
			return CompletableFuture.completedFuture(lines());
		}

		@Override
		@Action
		public Flux<Line> stream() {
			return Flux.fromIterable(lines());
		}

		@Override
		@Action
		public Mono<Void> clearLater() {
			return Mono.fromRunnable(all()::clear);
		}

		@Override
		@Action
		public void post(String text) {
			say(text, 0);
		}

		@Override
		@Action
		public void fail() {
			throw new UserError("nope", "No.");
		}

		@Override
		@Action
		public String greeting() {
			return "of the actor";
		}

		@Override
		@Action
		public @Nullable Line latest() {
			return all().isEmpty() ? null : all().get(all().size() - 1);
		}

		@Override
		@Action
		public String shared() {
			return "chat";
		}

		@Action
		String askItself(ActorContext<?, ?> c) {
			return refusal(c.actor("Chat", c.key()).as(ChatApi.class));
		}

		@Action
		String askItselfById(ActorContext<?, ?> c) {
			return refusal(c.self().as(ChatApi.class));
		}

		private static String refusal(ChatApi self) {
			try {
				return String.valueOf(self.lines());
			}
			catch (IllegalStateException ex) {
				return String.valueOf(ex.getMessage());
			}
		}

		@Override
		public String toString() {
			return "chat";
		}

	}

	@Actor
	static class Other implements Shared, NoAction, WithContext {

		@Override
		@Action
		public String shared() {
			return "other";
		}

		@Override
		public void internal() {
		}

		@Override
		@Action
		public int askOther(ActorContext<?, ?> c) {
			return c.actor("Chat", "asked").as(ChatApi.class).say("a", 1);
		}

	}

}
