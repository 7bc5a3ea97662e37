package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;

import io.rivetevents.annotation.Actor;
import io.rivetevents.invocation.InvalidActorException;

/**
 * Stops an application whose actor has security annotations that nothing looks at,
 * because method security has not been switched on.
 */
public final class MethodSecurityCheck implements SmartInitializingSingleton {

	private static final List<Class<? extends Annotation>> ANNOTATIONS = List.of(PreAuthorize.class,
			PostAuthorize.class);

	private final ListableBeanFactory beanFactory;

	public MethodSecurityCheck(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.beanFactory.getBeansWithAnnotation(Actor.class).values().forEach(MethodSecurityCheck::check);
	}

	private static void check(Object bean) {
		if (AopUtils.isAopProxy(bean)) {
			return;
		}
		MethodIntrospector.selectMethods(AopProxyUtils.ultimateTargetClass(bean), MethodSecurityCheck::isSecured)
			.stream()
			.findFirst()
			.ifPresent((method) -> {
				throw new InvalidActorException(method,
						"its security annotation has no effect; add @EnableMethodSecurity to the application");
			});
	}

	private static boolean isSecured(Method method) {
		return ANNOTATIONS.stream()
			.anyMatch((annotation) -> AnnotatedElementUtils.hasAnnotation(method, annotation)
					|| AnnotatedElementUtils.hasAnnotation(method.getDeclaringClass(), annotation));
	}

}
