/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.starter;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Controllers that call actors, in an application on Spring MVC and in one on WebFlux.
 */
@ExtendWith(OutputCaptureExtension.class)
class ControllersTests {

	private static final Map<WebApplicationType, ConfigurableApplicationContext> applications = new EnumMap<>(
			WebApplicationType.class);

	private final HttpClient client = HttpClient.newHttpClient();

	@AfterAll
	static void stop() {
		applications.values().forEach(ConfigurableApplicationContext::close);
		applications.clear();
	}

	private static ConfigurableApplicationContext application(WebApplicationType type) {
		return applications.computeIfAbsent(type, (missing) -> start(missing));
	}

	static Stream<Arguments> failures() {
		return Stream.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)
			.flatMap((type) -> Stream.of(Arguments.of(type, "sell", 400, "user", "out_of_stock"),
					Arguments.of(type, "unknown", 404, "actor", "action_not_found"),
					Arguments.of(type, "count", 400, "actor", "validation_error"),
					Arguments.of(type, "forbid", 403, "auth", "forbidden"),
					Arguments.of(type, "overload", 503, "actor", "overloaded"),
					Arguments.of(type, "fail", 500, "rivetkit", "internal_error")));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void answerWhatTheActorSays(WebApplicationType type, String action, int status, String group, String code)
			throws IOException, InterruptedException {
		ConfigurableApplicationContext context = application(type);
		assertThat(get(context, "/call/greet").body()).isEqualTo("hello");
		HttpResponse<String> response = get(context, "/call/" + action);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
		assertThat(response.body()).contains("\"status\":" + status, "\"code\":\"%s\"".formatted(code),
				"\"group\":\"%s\"".formatted(group));
		assertThat(response.headers().allValues("retry-after")).isEqualTo((status == 503) ? List.of("7") : List.of());
		assertThat(response.body().contains("left")).isEqualTo(action.equals("sell"));
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void leaveTheAnswerToTheApplication(WebApplicationType type) throws IOException, InterruptedException {
		try (ConfigurableApplicationContext context = start(type, OwnAdvice.class)) {
			assertThat(get(context, "/call/sell").statusCode()).isEqualTo(HttpStatus.I_AM_A_TEAPOT.value());
		}
	}

	@Test
	void haveTheStatusInFunctionalRoutesToo() throws IOException, InterruptedException {
		ConfigurableApplicationContext context = application(WebApplicationType.REACTIVE);
		assertThat(get(context, "/function/greet").body()).isEqualTo("hello");
		assertThat(get(context, "/function/unknown").statusCode()).isEqualTo(404);
		assertThat(get(context, "/function/overload").statusCode()).isEqualTo(503);
	}

	@Test
	void areToldThatNoClientReachesTheActorsOfAServletApplication(CapturedOutput output)
			throws IOException, InterruptedException {
		try (ConfigurableApplicationContext context = start(WebApplicationType.SERVLET)) {
			assertThat(get(context, "/rivet/health").statusCode()).isEqualTo(404);
		}
		List<String> warnings = output.toString().lines().filter((line) -> line.contains(" WARN ")).toList();
		assertThat(warnings).singleElement()
			.asString()
			.contains("Clients cannot connect to the actors [shop]", "servlet application",
					"Remove spring-boot-starter-webmvc", "spring.main.web-application-type=reactive");
	}

	@Test
	void areWarnedOfNothingOnWebFlux(CapturedOutput output) {
		start(WebApplicationType.REACTIVE).close();
		assertThat(output).doesNotContain(" WARN ");
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, Class<?>... more) {
		return new SpringApplicationBuilder(Application.class).sources(more)
			.web(type)
			.bannerMode(Banner.Mode.OFF)
			.run("--server.port=0");
	}

	private HttpResponse<String> get(ConfigurableApplicationContext context, String path)
			throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:%s%s"
			.formatted(context.getEnvironment().getRequiredProperty("local.server.port"), path));
		return this.client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Shop.class, Calls.class })
	static class Application {

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnWebApplication(type = Type.REACTIVE)
		static class Functions {

			@Bean
			RouterFunction<ServerResponse> functions(Actors actors) {
				return RouterFunctions.route()
					.GET("/function/{action}",
							(request) -> actors.getOrCreate(Shop.class)
								.call(request.pathVariable("action"), String.class)
								.flatMap((result) -> ServerResponse.ok().bodyValue(result)))
					.build();
			}

		}

	}

	@ControllerAdvice
	static class OwnAdvice {

		@ExceptionHandler
		ResponseEntity<String> answer(RivetException ex) {
			return ResponseEntity.status(HttpStatus.I_AM_A_TEAPOT).body(ex.text());
		}

	}

	@RestController
	static class Calls {

		private final Actors actors;

		Calls(Actors actors) {
			this.actors = actors;
		}

		@GetMapping("/call/{action}")
		Mono<String> call(@PathVariable("action") String action) {
			return this.actors.getOrCreate(Shop.class).call(action, String.class);
		}

	}

	@Actor("shop")
	static class Shop {

		record Left(int left) {
		}

		@Action
		String greet() {
			return "hello";
		}

		@Action
		String sell() {
			throw new UserError("out_of_stock", "There are no more", new Left(0));
		}

		@Action
		String count(int number) {
			return "counted to " + number;
		}

		@Action
		String forbid() {
			throw new RivetException(ErrorCode.FORBIDDEN);
		}

		@Action
		String overload() {
			throw new RivetException(ErrorCode.OVERLOADED, "Later", Map.of("retryAfter", 6500));
		}

		@Action
		String fail() {
			throw new IllegalStateException("a secret of the server");
		}

	}

}
