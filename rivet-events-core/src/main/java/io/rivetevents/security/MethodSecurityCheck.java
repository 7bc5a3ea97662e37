/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.aopalliance.aop.Advice;
import org.reactivestreams.Publisher;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PostFilter;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.access.prepost.PreFilter;
import org.springframework.security.authorization.method.AuthorizationManagerAfterReactiveMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeReactiveMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizeReturnObject;
import org.springframework.security.authorization.method.PostFilterAuthorizationReactiveMethodInterceptor;
import org.springframework.security.authorization.method.PreFilterAuthorizationReactiveMethodInterceptor;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;

import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.SecurityAnnotations;
import io.rivetevents.invocation.index.ActorIndex;

/**
 * Stops the start of an application if an actor has a security annotation that has no
 * effect, or whose expression is invalid. It examines the proxy of the actor: an advisor
 * of Spring Security must enforce this kind of annotation, match the method, and
 * intercept its calls.
 */
public final class MethodSecurityCheck implements SmartInitializingSingleton {

	/**
	 * Annotations that Spring Security finds on the class that declares a method, not on
	 * the class of the actor. Others are covered by the access rule of the actor.
	 */
	private static final Set<Class<? extends Annotation>> OF_DECLARING_CLASS = Set.of(PostAuthorize.class,
			PreFilter.class, PostFilter.class);

	private static final Set<Class<? extends Annotation>> WITH_EXPRESSION = Set.of(PreAuthorize.class,
			PostAuthorize.class, PreFilter.class, PostFilter.class);

	/** Hooks that are never called for a client. */
	private static final List<Class<? extends Annotation>> WITHOUT_CALLER = List.of(CreateState.class, CreateVars.class,
			OnCreate.class, OnWake.class, OnSleep.class, OnDestroy.class, OnStateChange.class);

	private static final Set<String> DENIES_NOTHING = Set.of("PermitAll", "AuthorizeReturnObject");

	private final ListableBeanFactory beanFactory;

	private final SecurityRules rules;

	/**
	 * Creates the check.
	 * @param beanFactory contains the actors
	 * @param rules reads expressions
	 */
	public MethodSecurityCheck(ListableBeanFactory beanFactory, SecurityRules rules) {
		this.beanFactory = beanFactory;
		this.rules = rules;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : ActorIndex.of(this.beanFactory).names()) {
			check(this.beanFactory.getBean(name));
		}
	}

	private void check(Object bean) {
		checkHooksWithoutCaller(AopProxyUtils.ultimateTargetClass(bean));
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(bean);
		SecurityAnnotations.ofMethods(AopProxyUtils.ultimateTargetClass(bean))
			.forEach((method, annotations) -> annotations.stream()
				.filter((annotation) -> concerns(annotation, method))
				.forEach((annotation) -> check(advisors, method, annotation)));
	}

	/**
	 * With an empty security context these hooks would be denied, so the instance could
	 * not start.
	 */
	private static void checkHooksWithoutCaller(Class<?> actor) {
		MethodIntrospector
			.selectMethods(actor,
					(Method method) -> WITHOUT_CALLER.stream()
						.filter((hook) -> AnnotatedElementUtils.hasAnnotation(method, hook))
						.findFirst()
						.orElse(null))
			.forEach((method, hook) -> SecurityAnnotations.of(method)
				.stream()
				.filter((annotation) -> !DENIES_NOTHING.contains(annotation.getSimpleName()))
				.findFirst()
				.ifPresent((annotation) -> {
					throw new InvalidActorException(method,
							"its @%s would deny the server, since a method with @%s never has a caller"
								.formatted(annotation.getSimpleName(), hook.getSimpleName()),
							"Remove @" + annotation.getSimpleName());
				}));
	}

	/** A method without a result needs no authorization of the result. */
	private static boolean concerns(Class<? extends Annotation> annotation, Method method) {
		return annotation != AuthorizeReturnObject.class || method.getReturnType() != void.class;
	}

	private void check(AuthorizationAdvisors advisors, Method method, Class<? extends Annotation> annotation) {
		if (OF_DECLARING_CLASS.contains(annotation) && !isSeen(advisors.target(), method, annotation)) {
			throw new InvalidActorException(method,
					SecurityAnnotations.noEffect(annotation,
							"Spring Security reads it from the class that declares the method"),
					"Add @%s to the method, or to %s".formatted(annotation.getSimpleName(),
							method.getDeclaringClass().getName()));
		}
		if (WITH_EXPRESSION.contains(annotation)) {
			this.rules.checkSyntax(advisors.target(), method, annotation);
		}
		String obstacle = advisors.obstacle(method);
		if (obstacle != null) {
			throw new InvalidActorException(method, SecurityAnnotations.noEffect(annotation, obstacle),
					"Make the method and its class overridable, or add the method to the interface");
		}
		List<Advisor> found = advisors.find(method, annotation);
		if (found.isEmpty()) {
			throw new InvalidActorException(method, SecurityAnnotations.noEffect(annotation, reason(annotation)),
					remedy(annotation));
		}
		boolean reactive = found.stream().allMatch(this::isReactive);
		if (reactive && !Publisher.class.isAssignableFrom(method.getReturnType())) {
			throw new InvalidActorException(method,
					SecurityAnnotations.noEffect(annotation,
							"reactive method security supports only methods that return Mono or Flux"),
					"Return Mono or Flux, or replace @EnableReactiveMethodSecurity by @EnableMethodSecurity");
		}
	}

	/**
	 * Returns whether the annotation of the declaring class, or of the method, is the one
	 * that applies.
	 */
	private static boolean isSeen(Class<?> actor, Method method, Class<? extends Annotation> annotation) {
		return SecurityAnnotations.of(method).contains(annotation)
				|| onClass(actor, annotation).equals(onClass(method.getDeclaringClass(), annotation));
	}

	private static Optional<? extends Annotation> onClass(Class<?> type, Class<? extends Annotation> annotation) {
		return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
			.get(annotation)
			.synthesize(MergedAnnotation::isPresent);
	}

	/**
	 * Returns whether an advisor supports only methods that return publishers. Advisors
	 * of the {@code @Enable} annotations hide their type, and are all of the same kind.
	 */
	private boolean isReactive(Advisor advisor) {
		Advice advice = advisor.getAdvice();
		boolean hidden = advice.getClass().getPackage() == EnableMethodSecurity.class.getPackage();
		return hidden ? isEnabled(EnableReactiveMethodSecurity.class) && !isEnabled(EnableMethodSecurity.class)
				: isReactive(advice);
	}

	private static boolean isReactive(Advice advice) {
		return advice instanceof AuthorizationManagerBeforeReactiveMethodInterceptor
				|| advice instanceof AuthorizationManagerAfterReactiveMethodInterceptor
				|| advice instanceof PreFilterAuthorizationReactiveMethodInterceptor
				|| advice instanceof PostFilterAuthorizationReactiveMethodInterceptor;
	}

	/**
	 * Returns the names of beans, including those of parent contexts, like for actors.
	 */
	private Stream<String> namesWith(Class<? extends Annotation> annotation) {
		return Stream.of(BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(this.beanFactory, annotation));
	}

	private boolean isEnabled(Class<? extends Annotation> annotation) {
		return namesWith(annotation).findAny().isPresent();
	}

	/** Returns whether the checks are woven into classes, where no proxy has them. */
	private boolean isWoven() {
		return namesWith(EnableMethodSecurity.class)
			.map((name) -> this.beanFactory.findAnnotationOnBean(name, EnableMethodSecurity.class))
			.anyMatch((enabled) -> enabled != null && enabled.mode() == AdviceMode.ASPECTJ);
	}

	private static String reason(Class<? extends Annotation> annotation) {
		return annotation.getSimpleName().equals("RunAs") ? "Spring Security does not support it"
				: "method security is not enabled for it";
	}

	private String remedy(Class<? extends Annotation> annotation) {
		if (isWoven()) {
			return "Remove mode = ASPECTJ from @EnableMethodSecurity: actors require method security by proxies";
		}
		return switch (annotation.getSimpleName()) {
			case "Secured" -> "Add @EnableMethodSecurity(securedEnabled = true) to the application";
			case "RolesAllowed", "PermitAll", "DenyAll" ->
				"Add @EnableMethodSecurity(jsr250Enabled = true) to the application";
			case "RunAs" -> "Remove @RunAs";
			default -> "Add @EnableMethodSecurity to the application";
		};
	}

}
