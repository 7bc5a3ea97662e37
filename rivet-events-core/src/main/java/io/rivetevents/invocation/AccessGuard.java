/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.extension.AccessRule;

/**
 * Enforces the access rules and security annotations of actors and their methods.
 */
public interface AccessGuard {

	/**
	 * Supports no rules: the application does not start if an actor has a rule or a
	 * security annotation.
	 */
	AccessGuard NONE = new AccessGuard() {

		@Override
		public @Nullable AccessRule ruleOf(Class<?> actor, String access) {
			if (!access.isEmpty()) {
				throw new InvalidActorException(actor, "`access` requires Spring Security",
						"Add the dependency org.springframework.boot:spring-boot-starter-security, or remove `access` from @Actor");
			}
			SecurityAnnotations.refuse(actor);
			return null;
		}

		@Override
		public AccessRule ruleOf(String expression) {
			if (!expression.equals("permitAll")) {
				throw new IllegalStateException(
						"The rule \"%s\" requires Spring Security: add spring-boot-starter-security, or use permitAll"
							.formatted(expression));
			}
			return (principal, actor) -> {
			};
		}

		@Override
		public Object withoutCaller(Object bean) {
			return bean;
		}

		@Override
		public Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args) {
			return Mono.empty();
		}

	};

	/**
	 * Returns the rule for the instances of an actor. Called once, at start-up; an
	 * exception stops the start of the application.
	 * @param actor class of the actor
	 * @param access expression of {@code @Actor}, empty for none
	 * @return the rule of expression and class, {@code null} if there is neither
	 */
	@Nullable AccessRule ruleOf(Class<?> actor, String access);

	/**
	 * Returns a rule.
	 * @param expression an expression as in {@code @PreAuthorize}
	 * @throws RuntimeException if it is invalid
	 */
	AccessRule ruleOf(String expression);

	/**
	 * Returns the bean for calls of the server itself to methods without an annotation of
	 * their own: the same bean without the checks of its class.
	 * @param bean an actor
	 */
	Object withoutCaller(Object bean);

	/**
	 * Checks that the current caller may call a method, without calling it.
	 * @param bean an actor
	 * @param method method of its class
	 * @param args arguments of the call
	 * @return completes if access is allowed, an error if not
	 */
	Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args);

}
