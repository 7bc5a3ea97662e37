/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The messages to a developer when an application does not start, or starts without
 * something that clients need.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	static Stream<Arguments> mistakes() {
		return Stream.of(Arguments.of(NoAction.class, "", "no method has @Action", "Add @Action"),
				Arguments.of(TwoStates.class, "", "only one method can have @CreateState", "Remove @CreateState"),
				Arguments.of(NoEffect.class, "", "@PreAuthorize", "@EnableMethodSecurity"),
				Arguments.of(WrongContract.class, "", "cannot declare an event", "Change its return type to void"),
				Arguments.of(WantsActors.class, "rivet.events.enabled=false",
						"a bean of type '" + Actors.class.getName(), "Remove rivet.events.enabled=false"),
				Arguments.of(WantsConnections.class, "rivet.events.enabled=false",
						"a bean of type '" + Connections.class.getName(), "Remove rivet.events.enabled=false"),
				Arguments.of(WantsActors.class,
						"spring.autoconfigure.exclude=" + RivetEventsAutoConfiguration.class.getName(),
						"a bean of type '" + Actors.class.getName(), "do not exclude it"),
				Arguments.of(Lean.class, "rivet.events.management.access=hasRole(", "rivet.events.management.access",
						"is invalid"),
				Arguments.of(Lean.class, "rivet.events.management.access=all", "rivet.events.management.access",
						"uses the property all"),
				Arguments.of(Lean.class, "rivet.events.management.access=@guard.list()",
						"rivet.events.management.access", "uses the bean guard"),
				Arguments.of(Lean.class, "rivet.events.actor.mailbox-capacity=-1",
						"rivet.events.actor.mailbox-capacity",
						"Set rivet.events.actor.mailbox-capacity to at least 1."),
				Arguments.of(Lean.class, "rivet.events.security.allowed-origins=http://a.example,localhost:3000",
						"rivet.events.security.allowed-origins", "such as https://example.org"),
				Arguments.of(Lean.class, "rivet.events.limits.trusted-proxies=proxy",
						"rivet.events.limits.trusted-proxies", "10.0.0.0/8"),
				Arguments.of(SameNames.class, "",
						"The actor name \"poll\" is used twice: by " + FirstPoll.class.getName() + " and by "
								+ SecondPoll.class.getName(),
						"The names of actors are unique. Give " + SecondPoll.class.getName() + " another name"),
				Arguments.of(SameNameAsBean.class, "",
						FirstPoll.class.getName() + " and by " + OtherPoll.class.getName(),
						"Give " + FirstPoll.class.getName() + " another name"),
				Arguments.of(SameNamesImported.class, "", SecondPoll.class.getName(),
						"The names of actors are unique."),
				Arguments.of(Hasty.class, "", "StartFailureTests$Hasty", "Use a value such as 30s"),
				Arguments.of(MisspelledRule.class, "", MisspelledRule.class.getName(), "the method isAuthenticatd"),
				Arguments.of(BrokenRule.class, "", "StartFailureTests$BrokenRule.act()", "\"hasRol('X'\""),
				Arguments.of(Lean.class, "rivet.events.websocket.max-queued-size=1KB",
						"rivet.events.websocket.max-queued-size",
						"Set rivet.events.websocket.max-queued-size to at least"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void areToldWithoutAStack(Class<?> configuration, String property, String description, String action,
			CapturedOutput output) {
		SpringApplication application = application(configuration).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", property)
			.build();
		assertThatException().isThrownBy(application::run);
		assertThat(output).contains("APPLICATION FAILED TO START", description, action).doesNotContain("\tat ");
	}

	@Test
	void actorsOutsideOfWebApplicationsWorkAndAreWarnedOf(CapturedOutput output) {
		try (ConfigurableApplicationContext context = application(Lean.class).web(WebApplicationType.NONE).run()) {
			assertThat(context.getBean(Actors.class).getOrCreate("greeter").call("greet", String.class).block())
				.isEqualTo("hello");
			assertThat(context.getBean(Connections.class).user("ada").send("hi").targeted()).isZero();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains("Clients cannot connect to the actors [greeter]", "not a web application");
	}

	@Test
	void warnsOfNothingWithoutActors(CapturedOutput output) {
		application(Nothing.class).web(WebApplicationType.NONE).run().close();
		assertThat(output).doesNotContain(" WARN ");
	}

	@Test
	void warnsOfActionsOfABeanThatIsNoActor(CapturedOutput output) {
		application(Stray.class).web(WebApplicationType.NONE)
			.properties("spring.main.lazy-initialization=true")
			.run()
			.close();
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains(ForgotActor.class.getName(), "[act, join]", "Add @Actor to the class");
		assertThat(ForgotActor.created).isZero();
	}

	@Test
	void rulesAreCheckedOutsideOfWebApplicationsToo(CapturedOutput output) {
		SpringApplication application = application(NoEffect.class).web(WebApplicationType.NONE).build();
		assertThatException().isThrownBy(application::run);
		assertThat(output).contains("@PreAuthorize", "@EnableMethodSecurity");
	}

	private static SpringApplicationBuilder application(Class<?> configuration) {
		return new SpringApplicationBuilder(Nothing.class, configuration).bannerMode(Banner.Mode.OFF);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Nothing {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(LeanApplication.Greeter.class)
	static class Lean {

	}

	@Actor
	static class NoAction {

	}

	@Actor
	static class TwoStates {

		@CreateState
		String one() {
			return "";
		}

		@CreateState
		String other() {
			return "";
		}

	}

	@Actor
	static class NoEffect {

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		public void act() {
		}

	}

	@Actor(access = "isAuthenticatd()")
	static class MisspelledRule {

		@Action
		void act() {
		}

	}

	@Actor
	static class BrokenRule {

		@Action
		@PreAuthorize("hasRol('X'")
		public void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(useDefaultFilters = false, includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE,
			classes = { FirstPoll.class, SecondPoll.class }))
	static class SameNames {

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(useDefaultFilters = false,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { FirstPoll.class, OtherPoll.class }))
	static class SameNameAsBean {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ FirstPoll.class, SecondPoll.class })
	static class SameNamesImported {

	}

	@Actor("poll")
	static class FirstPoll {

		@Action
		void act() {
		}

	}

	@Actor("poll")
	static class SecondPoll {

		@Action
		void act() {
		}

	}

	@Component("poll")
	static class OtherPoll {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ForgotActor.class)
	static class Stray {

	}

	static class ForgotActor {

		static int created;

		ForgotActor() {
			created++;
		}

		@Action
		void act() {
		}

		@OnConnect
		void join() {
		}

	}

	@Actor(actionTimeout = "-5s")
	static class Hasty {

		@Action
		void act() {
		}

	}

	@Actor(events = WrongContract.Events.class)
	static class WrongContract {

		interface Events {

			String returnsSomething();

		}

		@Action
		void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsActors {

		@Bean
		String needsActors(Actors actors) {
			return actors.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsConnections {

		@Bean
		String needsConnections(Connections connections) {
			return connections.toString();
		}

	}

}
