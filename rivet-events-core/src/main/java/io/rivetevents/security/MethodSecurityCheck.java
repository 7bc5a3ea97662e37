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

import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.SecurityAnnotations;

/**
 * Stops an application whose actor has a security annotation that nothing looks at, or
 * whose expression cannot be read. The proxy of the actor is asked: an advisor of Spring
 * Security must look at this kind of annotation, match the method, and get to see its
 * calls.
 */
public final class MethodSecurityCheck implements SmartInitializingSingleton {

	/**
	 * Spring Security finds them on the class that declares a method, not on that of the
	 * actor. For those that can stand in a rule the rule of the actor is asked.
	 */
	private static final Set<Class<? extends Annotation>> OF_DECLARING_CLASS = Set.of(PostAuthorize.class,
			PreFilter.class, PostFilter.class);

	private static final Set<Class<? extends Annotation>> WITH_EXPRESSION = Set.of(PreAuthorize.class,
			PostAuthorize.class, PreFilter.class, PostFilter.class);

	/** Hooks that no client causes. */
	private static final List<Class<? extends Annotation>> WITHOUT_CALLER = List.of(CreateState.class, CreateVars.class,
			OnCreate.class, OnWake.class, OnSleep.class, OnDestroy.class, OnStateChange.class);

	private static final Set<String> DENIES_NOTHING = Set.of("PermitAll", "AuthorizeReturnObject");

	private static final List<Class<?>> REACTIVE = List.of(AuthorizationManagerBeforeReactiveMethodInterceptor.class,
			AuthorizationManagerAfterReactiveMethodInterceptor.class,
			PreFilterAuthorizationReactiveMethodInterceptor.class,
			PostFilterAuthorizationReactiveMethodInterceptor.class);

	private final ListableBeanFactory beanFactory;

	private final SecurityRules rules;

	/**
	 * Creates the check.
	 * @param beanFactory where actors are looked for
	 * @param rules reads expressions
	 */
	public MethodSecurityCheck(ListableBeanFactory beanFactory, SecurityRules rules) {
		this.beanFactory = beanFactory;
		this.rules = rules;
	}

	@Override
	public void afterSingletonsInstantiated() {
		namesWith(Actor.class).map(this.beanFactory::getBean).forEach(this::check);
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
	 * With an empty security context they would be denied, and the instance with them.
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
							"its @%s denies the server itself: a method with @%s never has a caller; remove it"
								.formatted(annotation.getSimpleName(), hook.getSimpleName()));
				}));
	}

	/** Nothing that is returned needs no authorization. */
	private static boolean concerns(Class<? extends Annotation> annotation, Method method) {
		return annotation != AuthorizeReturnObject.class || method.getReturnType() != void.class;
	}

	private void check(AuthorizationAdvisors advisors, Method method, Class<? extends Annotation> annotation) {
		if (OF_DECLARING_CLASS.contains(annotation) && !isSeen(advisors.target(), method, annotation)) {
			throw new InvalidActorException(method, SecurityAnnotations.noEffect(annotation,
					"Spring Security looks at the class that declares the method; put it there or on the method"));
		}
		if (WITH_EXPRESSION.contains(annotation)) {
			this.rules.checkSyntax(advisors.target(), method, annotation);
		}
		String obstacle = advisors.obstacle(method);
		if (obstacle != null) {
			throw new InvalidActorException(method, SecurityAnnotations.noEffect(annotation,
					obstacle + "; make the method and its class overridable, or add it to the interface"));
		}
		List<Advisor> found = advisors.find(method, annotation);
		if (found.isEmpty()) {
			throw new InvalidActorException(method, SecurityAnnotations.noEffect(annotation, remedy(annotation)));
		}
		boolean reactive = found.stream().allMatch(this::isReactive);
		if (reactive && !Publisher.class.isAssignableFrom(method.getReturnType())) {
			throw new InvalidActorException(method,
					SecurityAnnotations.noEffect(annotation,
							"reactive method security needs a method that returns Mono or Flux;"
									+ " return one, or add @EnableMethodSecurity to the application"));
		}
	}

	/** Whether what holds for a method is what its own class, or the method, says. */
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
	 * Returns whether an advisor takes only methods that return publishers. What the
	 * annotations for whole applications make hides its type, and there is one kind of
	 * it.
	 */
	private boolean isReactive(Advisor advisor) {
		Advice advice = advisor.getAdvice();
		boolean hidden = advice.getClass().getPackage() == EnableMethodSecurity.class.getPackage();
		return hidden ? isEnabled(EnableReactiveMethodSecurity.class) && !isEnabled(EnableMethodSecurity.class)
				: REACTIVE.stream().anyMatch((type) -> type.isInstance(advice));
	}

	/** Of parent contexts too, as actors are. */
	private Stream<String> namesWith(Class<? extends Annotation> annotation) {
		return Stream.of(BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(this.beanFactory, annotation));
	}

	private boolean isEnabled(Class<? extends Annotation> annotation) {
		return namesWith(annotation).findAny().isPresent();
	}

	/** The checks are woven into classes then, where no proxy shows them. */
	private boolean isWoven() {
		return namesWith(EnableMethodSecurity.class)
			.map((name) -> this.beanFactory.findAnnotationOnBean(name, EnableMethodSecurity.class))
			.anyMatch((enabled) -> enabled != null && enabled.mode() == AdviceMode.ASPECTJ);
	}

	private String remedy(Class<? extends Annotation> annotation) {
		if (isWoven()) {
			return "actors need method security by proxies; leave out mode = ASPECTJ of @EnableMethodSecurity";
		}
		return switch (annotation.getSimpleName()) {
			case "Secured" -> "add @EnableMethodSecurity(securedEnabled = true) to the application";
			case "RolesAllowed", "PermitAll", "DenyAll" ->
				"add @EnableMethodSecurity(jsr250Enabled = true) to the application";
			case "RunAs" -> "Spring Security does not know it; remove it";
			default -> "add @EnableMethodSecurity to the application";
		};
	}

}
