/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.RivetError;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.error.UserError;
import io.rivetevents.conversion.ValueMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The application's own exceptions that declare what a client receives of them.
 */
class RivetErrorTests {

	@ParameterizedTest
	@CsvSource({ "plain, shop, out_of_stock, 409, Sold out", "subclass, shop, out_of_stock, 409, Sold out",
			"exposed, user, broken, 400, of the test", "withoutMessage, user, broken, 400, Broken",
			"coded, user, coded, 400, An error occurred", "composed, shop, composed, 422, An error occurred",
			"checked, shop, checked, 503, An error occurred", "later, shop, out_of_stock, 409, Sold out",
			"stage, shop, out_of_stock, 409, Sold out", "execution, shop, checked, 503, An error occurred",
			"completion, shop, checked, 503, An error occurred", "undeclared, shop, checked, 503, An error occurred",
			"blocked, shop, checked, 503, An error occurred", "wrappedTwice, shop, checked, 503, An error occurred" })
	void areAnsweredAsTheySay(String name, String group, String code, int status, String message) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Shop())) {
			RivetException ex = catchThrowableOfType(RivetException.class,
					() -> harness.callAsClient(Shop.class, "k", "fail", name));
			assertThat(ex.group() + "." + ex.code()).isEqualTo(group + "." + code);
			assertThat(ex.status()).isEqualTo(status);
			assertThat(ex.text()).isEqualTo(message);
			assertThat(ex.metadata()).isNull();
			RecordedOutbound client = harness.connect(Shop.class, "k", null);
			harness.directory()
				.deliver(ActorHarness.address(Shop.class, "k"), client.connectionId(),
						harness.request(7, "fail", name));
			harness.call(Shop.class, "k", "nothing");
			assertThat(client.messages(ToClient.Error.class)).singleElement().satisfies((error) -> {
				assertThat(error.group() + "." + error.code()).isEqualTo(group + "." + code);
				assertThat(error.message()).isEqualTo(message);
			});
		}
	}

	@ParameterizedTest
	@CsvSource({ "masked", "cause", "badStatus", "noCode", "repeated" })
	void areMaskedOtherwise(String name) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Shop())) {
			RivetException ex = catchThrowableOfType(RivetException.class,
					() -> harness.callAsClient(Shop.class, "k", "fail", name));
			assertThat(ex.group() + "." + ex.code()).isEqualTo("rivetkit.internal_error");
			assertThat(ex.text()).isEqualTo("An internal error occurred");
		}
	}

	@Test
	void refuseAClient() {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Shop())) {
			RivetException ex = catchThrowableOfType(RivetException.class,
					() -> harness.connect(Shop.class, "k", "plain"));
			assertThat(ex.code()).isEqualTo("out_of_stock");
		}
	}

	@Test
	void areTranslatedByTheApplicationFirst() {
		FailureTranslator translator = (failure) -> (failure instanceof OutOfStock)
				? new RivetException(ErrorCode.FORBIDDEN) : null;
		InvocationServices.Neighbours around = new InvocationServices.Neighbours(List.of(), ArgumentValidator.NONE,
				List.of(), List.of(translator), SubscriptionGuard.NONE, AccessGuard.NONE, CallerScope.NONE);
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, around,
				new ActorHarness.Neighbours(List.of(), List.of(), ActorObserver.NONE), new Shop())) {
			assertThat(catchThrowableOfType(RivetException.class,
					() -> harness.callAsClient(Shop.class, "k", "fail", "plain"))
				.code()).isEqualTo("forbidden");
			assertThat(catchThrowableOfType(RivetException.class,
					() -> harness.callAsClient(Shop.class, "k", "fail", "exposed"))
				.code()).isEqualTo("broken");
		}
	}

	@Test
	void stopTheStartIfTheyCannotBeUsed() {
		assertInvalid(new DeclaresBadStatus(), "DeclaresBadStatus.act()", BadStatus.class.getName(), "status 200");
		assertInvalid(new DeclaresRequestTimeout(), "DeclaresRequestTimeout.act()", "408");
		assertInvalid(new DeclaresNoCode(), "DeclaresNoCode.act()", "code \"\"");
		assertInvalid(new DeclaresUserError(), "DeclaresUserError.act()", "no effect on a RivetException");
	}

	private static void assertInvalid(Object actor, String... texts) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new AnnotatedActorType("it", actor.getClass(), actor, ActorSettings.DEFAULTS, support))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(texts));
	}

	@RivetError(group = "shop", code = "out_of_stock", status = 409, message = "Sold out")
	static class OutOfStock extends RuntimeException {

		OutOfStock() {
			super("a secret");
		}

	}

	static class NothingAtAll extends OutOfStock {

	}

	@RivetError(code = "broken", message = "Broken", exposeMessage = true)
	static class Broken extends RuntimeException {

		Broken(@Nullable String message) {
			super(message);
		}

	}

	@RivetError("coded")
	static class Coded extends RuntimeException {

	}

	@RivetError(group = "shop", code = "composed", status = 422)
	@Retention(RetentionPolicy.RUNTIME)
	@interface ShopError {

	}

	@ShopError
	static class Composed extends RuntimeException {

	}

	@RivetError(group = "shop", code = "checked", status = 503)
	static class Checked extends Exception {

	}

	@RivetError(code = "ok", status = 200)
	static class BadStatus extends RuntimeException {

	}

	@RivetError(code = "slow", status = 408)
	static class RequestTimeout extends RuntimeException {

	}

	@RivetError
	static class NoCode extends RuntimeException {

	}

	@RivetError(group = "actor", code = "not_found", status = 404)
	static class Repeated extends RuntimeException {

	}

	@RivetError(code = "mine", status = 409)
	static class Mine extends UserError {

		Mine() {
			super("mine");
		}

	}

	static class Shop {

		@OnBeforeConnect
		void check(@ConnParams @Nullable String name) {
			if (name != null) {
				throw new OutOfStock();
			}
		}

		@Action
		void nothing() {
		}

		@Action
		Object fail(ActorContext<?, ?> c, String name) throws Exception {
			return switch (name) {
				case "plain" -> throw new OutOfStock();
				case "subclass" -> throw new NothingAtAll();
				case "exposed" -> throw new Broken("of the test");
				case "withoutMessage" -> throw new Broken(null);
				case "coded" -> throw new Coded();
				case "composed" -> throw new Composed();
				case "checked" -> throw new Checked();
				case "execution" -> throw new ExecutionException(new Checked());
				case "completion" -> throw new CompletionException(new Checked());
				case "undeclared" -> throw new UndeclaredThrowableException(new Checked());
				case "wrappedTwice" -> throw new CompletionException(new UndeclaredThrowableException(new Checked()));
				case "blocked" -> Mono.error(new Checked()).block();
				case "masked" -> throw new IllegalStateException("a secret");
				case "cause" -> throw new IllegalStateException(new OutOfStock());
				case "badStatus" -> throw new BadStatus();
				case "noCode" -> throw new NoCode();
				case "repeated" -> throw new Repeated();
				case "later" -> failLater();
				default -> failStage().toCompletableFuture().get();
			};
		}

		private static @Nullable Object failLater() {
			return Mono.error(new OutOfStock()).block();
		}

		private static CompletionStage<Object> failStage() {
			return CompletableFuture.failedFuture(new OutOfStock());
		}

	}

	static class DeclaresBadStatus {

		@Action
		void act() throws BadStatus {
		}

	}

	static class DeclaresRequestTimeout {

		@Action
		void act() throws RequestTimeout {
		}

	}

	static class DeclaresNoCode {

		@Action
		void act() throws NoCode {
		}

	}

	static class DeclaresUserError {

		@Action
		void act() throws Mine {
		}

	}

}
