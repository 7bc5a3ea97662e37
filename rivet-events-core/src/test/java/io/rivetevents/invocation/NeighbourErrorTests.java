/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.MethodParameter;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.Invocation;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.CallerScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An {@link Error} of the application's beans around an actor is reported to the client
 * as an internal error, and does not hold up other clients.
 */
class NeighbourErrorTests {

	private volatile String failing = "";

	private volatile @Nullable Error error;

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new InvocationServices.Neighbours(
			List.of(new Resolver()), ArgumentValidator.NONE, List.of((invocation, call) -> {
				failIf("decorator");
				return call.call();
			}), List.of((failure) -> {
				failIf("translator");
				return null;
			}), SubscriptionGuard.NONE, new Guard(), CallerScope.NONE),
			new ActorHarness.Neighbours(List.of(new Interceptor()), List.of(), ActorObserver.NONE), new Room());

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void failIf(String place) {
		Error error = this.error;
		if (error != null && place.equals(this.failing)) {
			throw error;
		}
	}

	static Stream<Arguments> refused() {
		List<String> everywhere = List.of("connect", "call", "callLater", "resolve");
		Stream<String[]> places = Stream.concat(
				Stream.of("rule").flatMap((place) -> everywhere.stream().map((way) -> new String[] { place, way })),
				Stream.of(new String[] { "supports", "connect" }, new String[] { "supports", "call" },
						new String[] { "supports", "callLater" }, new String[] { "intercept", "connect" },
						new String[] { "intercept", "call" }, new String[] { "intercept", "callLater" },
						new String[] { "resolver", "call" }, new String[] { "decorator", "call" },
						new String[] { "translator", "fail" }, new String[] { "translator", "failLater" }));
		return places.flatMap((place) -> errors().map((error) -> Arguments.of(place[0], place[1], error)));
	}

	static Stream<Error> errors() {
		return Stream.of(new NoClassDefFoundError("of the test"), new StackOverflowError("of the test"),
				new AssertionError("of the test"));
	}

	@ParameterizedTest
	@MethodSource("refused")
	void isAnInternalErrorToTheClient(String place, String way, Error error) throws Exception {
		this.harness.call(Room.class, "k", "call");
		this.error = error;
		this.failing = place;
		assertThat(code(ask(way))).isEqualTo("internal_error");
		this.failing = "";
		goesOn();
	}

	static Stream<Arguments> subscribed() {
		return Stream.of("rule", "supports", "intercept")
			.flatMap((place) -> errors().map((error) -> Arguments.of(place, error)));
	}

	@ParameterizedTest
	@MethodSource("subscribed")
	void refusesASubscription(String place, Error error) throws Exception {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		this.error = error;
		this.failing = place;
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest("said", true));
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(client.messages(ToClient.Error.class)).extracting(ToClient.Error::code)
				.containsExactly("internal_error"));
		this.failing = "";
		goesOn();
	}

	private void goesOn() throws Exception {
		for (String way : List.of("call", "callLater", "connect", "resolve")) {
			assertThat(code(ask(way))).isNull();
		}
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> this.harness.limits().pending().used() == 0);
	}

	private Mono<?> ask(String way) {
		ConnectRequest caller = ConnectRequest.stateless(null, Identity.ANONYMOUS);
		return switch (way) {
			case "connect" -> Mono.defer(() -> {
				ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
				this.harness.connections().register(request, new RecordedOutbound(request.connectionId()));
				return this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request);
			});
			case "resolve" -> this.harness.directory().resolve(ActorHarness.target(Room.class, "k"), caller);
			default -> this.harness.directory()
				.call(ActorHarness.target(Room.class, "k"), caller, this.harness.request(0, way));
		};
	}

	/** Returns with which code something has failed, {@code null} if it has not. */
	private static @Nullable String code(Mono<?> work) throws Exception {
		try {
			work.toFuture().get(5, TimeUnit.SECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			return (ex.getCause() instanceof RivetException known) ? known.code() : ex.getCause().toString();
		}
	}

	static class Room {

		@Action
		String call(StringBuilder text) {
			return text.toString();
		}

		@Action
		Mono<String> callLater(StringBuilder text) {
			return Mono.delay(Duration.ofMillis(5)).thenReturn(text.toString());
		}

		@Action
		void fail() {
			throw new IllegalStateException("of the test");
		}

		@Action
		Mono<Void> failLater() {
			return Mono.delay(Duration.ofMillis(5)).then(Mono.error(new IllegalStateException("of the test")));
		}

		@CanSubscribe
		Mono<Boolean> canSubscribe(String event) {
			return Mono.delay(Duration.ofMillis(5)).thenReturn(true);
		}

	}

	private final class Resolver implements ActionArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == StringBuilder.class;
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, Invocation invocation) {
			failIf("resolver");
			return new StringBuilder("x");
		}

	}

	private final class Interceptor implements InboundInterceptor {

		@Override
		public boolean supports(Inbound inbound) {
			failIf("supports");
			return NeighbourErrorTests.this.failing.equals("intercept");
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			failIf("intercept");
			return next.proceed(inbound);
		}

	}

	private final class Guard implements AccessGuard {

		@Override
		public AccessRule ruleOf(Class<?> actor, String access) {
			return (principal, address) -> failIf("rule");
		}

		@Override
		public AccessRule ruleOf(String expression) {
			return AccessGuard.NONE.ruleOf(expression);
		}

		@Override
		public Object withoutCaller(Object bean) {
			return bean;
		}

		@Override
		public Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args) {
			return Mono.empty();
		}

	}

}
