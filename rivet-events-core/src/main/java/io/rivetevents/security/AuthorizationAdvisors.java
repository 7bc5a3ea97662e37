/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PostFilter;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.access.prepost.PreFilter;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.security.authorization.method.AuthorizationManagerAfterMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerAfterReactiveMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizeReturnObject;
import org.springframework.security.authorization.method.AuthorizeReturnObjectMethodInterceptor;
import org.springframework.security.authorization.method.PostFilterAuthorizationMethodInterceptor;
import org.springframework.security.authorization.method.PostFilterAuthorizationReactiveMethodInterceptor;
import org.springframework.security.authorization.method.PreFilterAuthorizationMethodInterceptor;
import org.springframework.security.authorization.method.PreFilterAuthorizationReactiveMethodInterceptor;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The advisors through which the proxies of a bean apply Spring Security.
 */
final class AuthorizationAdvisors {

	/** By the simple name of an annotation, a method with this annotation only. */
	private static final Map<String, Method> PROBES = Stream.of(Probe.class.getDeclaredMethods())
		.filter((method) -> method.getAnnotations().length == 1)
		.collect(Collectors.toUnmodifiableMap((method) -> method.getAnnotations()[0].annotationType().getSimpleName(),
				(method) -> method));

	private static final Method PLAIN = Objects.requireNonNull(ReflectionUtils.findMethod(Probe.class, "plain"));

	/** Annotations that are checked before a method is called. */
	private static final List<String> BEFORE = List.of("PreAuthorize", "Secured", "RolesAllowed", "PermitAll",
			"DenyAll");

	/** Advisors that check arguments or results. */
	private static final List<Class<?>> AFTER = List.of(AuthorizationManagerAfterMethodInterceptor.class,
			AuthorizationManagerAfterReactiveMethodInterceptor.class, PreFilterAuthorizationMethodInterceptor.class,
			PreFilterAuthorizationReactiveMethodInterceptor.class, PostFilterAuthorizationMethodInterceptor.class,
			PostFilterAuthorizationReactiveMethodInterceptor.class, AuthorizeReturnObjectMethodInterceptor.class);

	private final Object bean;

	private final Class<?> target;

	private final Object targetObject;

	/** Ordered from the outermost to the innermost. */
	private final List<Object> proxies = new ArrayList<>();

	AuthorizationAdvisors(Object bean) {
		this.bean = bean;
		this.target = AopProxyUtils.ultimateTargetClass(bean);
		Object current = bean;
		while (current != null && AopUtils.isAopProxy(current)) {
			this.proxies.add(current);
			current = AopProxyUtils.getSingletonTarget(current);
		}
		this.targetObject = (current != null) ? current : bean;
	}

	/** Returns the class of the object behind all proxies. */
	Class<?> target() {
		return this.target;
	}

	/** Returns the object behind all proxies. */
	Object targetObject() {
		return this.targetObject;
	}

	/**
	 * Returns the advisors that enforce an annotation of a method, in their order.
	 * @param method method of the target class
	 * @param annotation annotation of the method or of the class
	 */
	List<Advisor> find(Method method, Class<? extends Annotation> annotation) {
		return this.proxies.stream()
			.filter((proxy) -> canIntercept(proxy, method))
			.flatMap(AuthorizationAdvisors::advisorsOf)
			.filter((advisor) -> matches(advisor, method, this.target) && isFor(advisor, annotation.getSimpleName()))
			.toList();
	}

	/**
	 * Returns the interceptors that check a method before it is called, in their order.
	 * @param method method of the target class
	 */
	List<MethodInterceptor> findBefore(Method method) {
		return this.proxies.stream()
			.flatMap(AuthorizationAdvisors::advisorsOf)
			.filter((advisor) -> matches(advisor, method, this.target) && isAskedBefore(advisor))
			.map(Advisor::getAdvice)
			.filter(MethodInterceptor.class::isInstance)
			.map(MethodInterceptor.class::cast)
			.toList();
	}

	/**
	 * Returns why no proxy intercepts the calls of a method.
	 * @param method method of the target class
	 * @return the reason, {@code null} if a proxy intercepts them or there is no proxy
	 */
	@Nullable String obstacle(Method method) {
		if (this.proxies.isEmpty() || this.proxies.stream().anyMatch((proxy) -> canIntercept(proxy, method))) {
			return null;
		}
		int modifiers = method.getModifiers();
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) {
			return "a private or static method cannot be overridden by the proxy";
		}
		return Modifier.isFinal(modifiers) ? "a final method cannot be overridden by the proxy"
				: "the proxy cannot intercept it: no interface declares it, or the proxy's package cannot access it";
	}

	private static boolean canIntercept(Object proxy, Method method) {
		if (AopUtils.isJdkDynamicProxy(proxy)) {
			return Stream.of(AopProxyUtils.proxiedUserInterfaces(proxy))
				.anyMatch((type) -> ClassUtils.hasMethod(type, method.getName(), method.getParameterTypes()));
		}
		int modifiers = method.getModifiers();
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || Modifier.isFinal(modifiers)) {
			return false;
		}
		Class<?> declaring = method.getDeclaringClass();
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)
				|| (proxy.getClass().getClassLoader() == declaring.getClassLoader()
						&& proxy.getClass().getPackageName().equals(declaring.getPackageName()));
	}

	private static Stream<Advisor> advisorsOf(Object proxy) {
		return (proxy instanceof Advised advised) ? Stream.of(advised.getAdvisors()) : Stream.empty();
	}

	/** Returns whether an advisor belongs to Spring Security. */
	static boolean isAuthorization(Advisor advisor) {
		return advisor instanceof AuthorizationAdvisor || advisor.getAdvice() instanceof AuthorizationAdvisor;
	}

	private static boolean matches(Advisor advisor, Method method, Class<?> target) {
		if (!isAuthorization(advisor) || !(advisor instanceof PointcutAdvisor pointcutAdvisor)) {
			return false;
		}
		Pointcut pointcut = pointcutAdvisor.getPointcut();
		return pointcut.getClassFilter().matches(target) && pointcut.getMethodMatcher().matches(method, target);
	}

	/**
	 * Returns whether an advisor enforces an annotation. An advisor that matches a method
	 * without annotations, or that does not match a method with this annotation only,
	 * depends on something else.
	 */
	private static boolean isFor(Advisor advisor, String annotation) {
		Method probe = PROBES.get(annotation);
		return probe != null && matches(advisor, probe, Probe.class) && !matches(advisor, PLAIN, Probe.class);
	}

	/**
	 * Returns whether an advisor checks before the call. One with a pointcut of the
	 * application is recognized by its type.
	 */
	private static boolean isAskedBefore(Advisor advisor) {
		if (AFTER.stream().anyMatch((type) -> type.isInstance(advisor.getAdvice()))) {
			return false;
		}
		boolean standard = PROBES.keySet().stream().anyMatch((annotation) -> isFor(advisor, annotation));
		return !standard || BEFORE.stream().anyMatch((annotation) -> isFor(advisor, annotation));
	}

	/**
	 * Returns the same bean without the checks of Spring Security.
	 */
	Object without() {
		if (!(this.bean instanceof Advised advised)
				|| Stream.of(advised.getAdvisors()).noneMatch(AuthorizationAdvisors::isAuthorization)) {
			return this.bean;
		}
		ProxyFactory factory = new ProxyFactory();
		factory.setTargetSource(advised.getTargetSource());
		factory.setInterfaces(advised.getProxiedInterfaces());
		factory.setProxyTargetClass(advised.isProxyTargetClass());
		factory.setExposeProxy(advised.isExposeProxy());
		Stream.of(advised.getAdvisors()).filter((advisor) -> !isAuthorization(advisor)).forEach(factory::addAdvisor);
		return factory.getProxy(this.target.getClassLoader());
	}

	/** Methods whose annotations distinguish advisors. */
	static final class Probe {

		Object plain() {
			return this;
		}

		@PreAuthorize("denyAll")
		Object preAuthorize() {
			return this;
		}

		@PostAuthorize("denyAll")
		Object postAuthorize() {
			return this;
		}

		@PreFilter("false")
		Object preFilter(List<Object> values) {
			return values;
		}

		@PostFilter("false")
		Object postFilter() {
			return this;
		}

		@Secured("NONE")
		Object secured() {
			return this;
		}

		@AuthorizeReturnObject
		Object authorizeReturnObject() {
			return this;
		}

		@RolesAllowed("NONE")
		Object rolesAllowed() {
			return this;
		}

		@PermitAll
		Object permitAll() {
			return this;
		}

		@DenyAll
		Object denyAll() {
			return this;
		}

	}

}
