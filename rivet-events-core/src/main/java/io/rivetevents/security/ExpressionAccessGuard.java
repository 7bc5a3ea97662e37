/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.util.SimpleMethodInvocation;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Evaluates the expression of {@code @Actor(access = ...)} and the security annotations
 * of the class, like the application's method security evaluates {@code @PreAuthorize}.
 */
public final class ExpressionAccessGuard implements AccessGuard {

	private static final Method ANY_METHOD = Objects
		.requireNonNull(ReflectionUtils.findMethod(Object.class, "toString"));

	private final SecurityRules rules;

	private final MethodInvocation anyCall = new SimpleMethodInvocation(this, ANY_METHOD);

	private final Map<Object, AuthorizationAdvisors> advisors = new ConcurrentHashMap<>();

	/**
	 * Creates a guard.
	 * @param rules reads and evaluates rules
	 */
	public ExpressionAccessGuard(SecurityRules rules) {
		this.rules = rules;
	}

	@Override
	public @Nullable AccessRule ruleOf(Class<?> actor, String access) {
		List<SecurityRules.Condition> all = new ArrayList<>(this.rules.ofClass(actor));
		try {
			if (StringUtils.hasText(access)) {
				all.add(this.rules.ofExpression(access));
			}
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(actor, String.valueOf(ex.getMessage()),
					"Correct the expression of @Actor(access = ...)");
		}
		return all.isEmpty() ? null : rule(all);
	}

	@Override
	public AccessRule ruleOf(String expression) {
		return rule(List.of(this.rules.ofExpression(expression)));
	}

	private AccessRule rule(List<SecurityRules.Condition> conditions) {
		return (principal, actor) -> {
			try {
				this.rules.check(conditions, principal, this.anyCall, variables(actor));
			}
			catch (AccessDeniedException ex) {
				throw new RivetException(ErrorCode.FORBIDDEN);
			}
		};
	}

	private static Map<String, Object> variables(@Nullable ActorAddress actor) {
		return (actor != null) ? Map.of("namespace", actor.namespace(), "name", actor.name(), "key", actor.key())
				: Map.of();
	}

	@Override
	public Object withoutCaller(Object bean) {
		return new AuthorizationAdvisors(bean).without();
	}

	@Override
	public Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args) {
		Mono<Void> all = Mono.empty();
		AuthorizationAdvisors advisors = advisors(bean);
		for (MethodInterceptor advisor : advisors.findBefore(method)) {
			// Spring Security finds no annotations on the class of the proxy
			all = all.then(ask(advisor, advisors.targetObject(), method, args));
		}
		return all;
	}

	private AuthorizationAdvisors advisors(Object bean) {
		return this.advisors.computeIfAbsent(bean, AuthorizationAdvisors::new);
	}

	/**
	 * Calls an advisor at once, on this thread; a reactive one when it is subscribed to.
	 */
	private static Mono<Void> ask(MethodInterceptor advisor, Object bean, Method method, @Nullable Object[] args) {
		Question question = new Question(bean, method, args);
		try {
			Object answer = advisor.invoke(question);
			Mono<?> later = (answer instanceof Publisher<?> publisher) ? Mono.from(publisher) : Mono.empty();
			return later.then(Mono.fromRunnable(question::checkAnswered));
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/** A call that is checked but not made. */
	private static final class Question extends SimpleMethodInvocation {

		private volatile boolean allowed;

		Question(Object bean, Method method, @Nullable Object[] args) {
			super(bean, method, args);
		}

		@Override
		public Object proceed() {
			this.allowed = true;
			return Mono.empty(); // used by reactive advisors only
		}

		/**
		 * Checks the result. A denial is not always an exception: a handler may return a
		 * value instead.
		 */
		void checkAnswered() {
			if (!this.allowed) {
				throw new AccessDeniedException("Access Denied");
			}
		}

	}

}
