/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.annotation.CurrentSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.parameters.P;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.SessionAttribute;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsSecurityAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A parameter that appears to be supplied by the server never takes a value that the
 * client sends.
 */
class ParameterSourceTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsSecurityAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(classes = { Header.class, Cookie.class, OfSession.class, OfRequest.class, AuthorizedClient.class,
			Property.class, OnAnotherAnnotation.class, OnAnInterface.class, OfAHook.class, ParamsOfAHook.class,
			Rest.class, ContextWithoutAnnotation.class, LaterContext.class })
	void refusesWhatNothingSupplies(Class<?> actor) {
		this.runner.withUserConfiguration(actor)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(actor.getName() + ".")
				.hasStackTraceContaining("user")
				.hasStackTraceContaining("a client could choose the value"));
	}

	@ParameterizedTest
	@ValueSource(classes = { ByContext.class, ByPrincipal.class, Header.class })
	void refusesThemWithoutSpringSecurity(Class<?> actor) {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.security.config"))
			.withUserConfiguration(actor)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("a client could choose the value"));
	}

	@Test
	void takesNamesAndConstraints() {
		this.runner.withUserConfiguration(Named.class, ByContext.class, ByPrincipal.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { LaterByContext.class, LaterByPrincipal.class, Unreadable.class })
	void refusesWhatItCannotSupply(Class<?> actor) {
		this.runner.withUserConfiguration(actor)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(actor.getName() + "."));
	}

	@Actor
	static class Header {

		@Action
		String read(@RequestHeader("X-User") String user) {
			return user;
		}

	}

	@Actor
	static class Cookie {

		@Action
		String read(@CookieValue String user) {
			return user;
		}

	}

	@Actor
	static class OfSession {

		@Action
		String read(@SessionAttribute String user) {
			return user;
		}

	}

	@Actor
	static class OfRequest {

		@Action
		String read(@RequestAttribute String user) {
			return user;
		}

	}

	@Actor
	static class AuthorizedClient {

		@Action
		String read(@RegisteredOAuth2AuthorizedClient("github") Object user) {
			return "";
		}

	}

	@Actor
	static class Property {

		@Action
		String read(@Value("${user.name}") String user) {
			return user;
		}

	}

	@Target(ElementType.PARAMETER)
	@Retention(RetentionPolicy.RUNTIME)
	@Value("${user.name}")
	@interface SystemUser {

	}

	@Actor
	static class OnAnotherAnnotation {

		@Action
		String read(@SystemUser String user) {
			return user;
		}

	}

	interface Reading {

		String read(@RequestHeader String user);

	}

	@Actor(actions = Reading.class)
	static class OnAnInterface implements Reading {

		@Override
		public String read(String user) {
			return user;
		}

	}

	@Actor
	static class OfAHook {

		@Action
		void act() {
		}

		@CanSubscribe
		boolean check(@RequestHeader String user) {
			return user.equals("ada");
		}

	}

	@Actor
	static class ParamsOfAHook {

		@Action
		void act() {
		}

		@OnStateChange
		void change(@ConnParams Object user) {
		}

	}

	@Actor
	static class Rest {

		@Action
		void read(@RequestHeader String... user) {
		}

	}

	@Actor
	static class ContextWithoutAnnotation {

		@Action
		void read(SecurityContextImpl user) {
		}

	}

	@Actor
	static class LaterContext {

		@Action
		void read(Mono<SecurityContext> user) {
		}

	}

	@Actor
	static class ByContext {

		@Action
		String read(@CurrentSecurityContext(expression = "authentication.name") String user) {
			return user;
		}

	}

	@Actor
	static class ByPrincipal {

		@Action
		String read(@AuthenticationPrincipal(expression = "username") String user) {
			return user;
		}

	}

	@Actor
	static class Named {

		@Action
		String read(@P("user") @NotBlank @Validated String user, Authentication authentication) {
			return user;
		}

	}

	@Actor
	static class LaterByContext {

		@Action
		void read(@CurrentSecurityContext Mono<SecurityContext> user) {
		}

	}

	@Actor
	static class LaterByPrincipal {

		@Action
		void read(@AuthenticationPrincipal Mono<Object> user) {
		}

	}

	@Actor
	static class Unreadable {

		@Action
		void read(@CurrentSecurityContext(expression = "authentication.") Object user) {
		}

	}

}
