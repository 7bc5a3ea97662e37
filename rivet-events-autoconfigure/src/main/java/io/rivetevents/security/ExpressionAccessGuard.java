package io.rivetevents.security;

import java.lang.reflect.Method;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.expression.ExpressionUtils;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.util.SimpleMethodInvocation;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.AccessRule;
import io.rivetevents.actor.ActorAddress;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * Evaluates the expression of {@code @Actor(access = ...)} and what stands on the class,
 * as the application evaluates {@code @PreAuthorize}.
 */
public final class ExpressionAccessGuard implements AccessGuard {

	/** By the name of an annotation on the class, the function of expressions for it. */
	private static final Map<String, String> FUNCTIONS = Map.of(
			"org.springframework.security.access.annotation.Secured", "hasAnyAuthority",
			"jakarta.annotation.security.RolesAllowed", "hasAnyRole");

	private static final Map<String, String> CONSTANTS = Map.of("jakarta.annotation.security.PermitAll", "permitAll",
			"jakarta.annotation.security.DenyAll", "denyAll");

	private static final Method ANY_METHOD = Objects
		.requireNonNull(ReflectionUtils.findMethod(Object.class, "toString"));

	private final Supplier<MethodSecurityExpressionHandler> expressions;

	private final Map<Object, AuthorizationAdvisors> advisors = new ConcurrentHashMap<>();

	/**
	 * Create a guard.
	 * @param expressions finds what evaluates expressions as the application has it;
	 * asked once, when there is something to guard
	 */
	public ExpressionAccessGuard(Supplier<MethodSecurityExpressionHandler> expressions) {
		this.expressions = SingletonSupplier.of(expressions);
	}

	@Override
	public @Nullable AccessRule ruleOf(Class<?> actor, String access) {
		List<String> all = new ArrayList<>(ofClass(actor));
		if (StringUtils.hasText(access)) {
			all.add(access);
		}
		try {
			return all.isEmpty() ? null : rule(all);
		}
		catch (ParseException ex) {
			throw new InvalidActorException(actor, "its access rule cannot be read: " + ex.getMessage());
		}
	}

	@Override
	public AccessRule ruleOf(String expression) {
		return rule(List.of(expression));
	}

	private AccessRule rule(List<String> expressions) {
		List<Expression> parsed = expressions.stream()
			.map((expression) -> this.expressions.get().getExpressionParser().parseExpression(expression))
			.toList();
		return (principal, actor) -> check(parsed, principal, actor);
	}

	private void check(List<Expression> expressions, @Nullable Principal principal, @Nullable ActorAddress actor) {
		Authentication authentication = (principal instanceof Authentication known) ? known
				: PreAuthorizeSubscriptionGuard.NOBODY;
		EvaluationContext context = this.expressions.get()
			.createEvaluationContext(() -> authentication, new SimpleMethodInvocation(this, ANY_METHOD));
		context.setVariable("name", (actor != null) ? actor.name() : null);
		context.setVariable("key", (actor != null) ? actor.key() : null);
		for (Expression expression : expressions) {
			if (!ExpressionUtils.evaluateAsBoolean(expression, context)) {
				throw new RivetException(ErrorCode.FORBIDDEN);
			}
		}
	}

	/** What stands on the class, as expressions. */
	private static List<String> ofClass(Class<?> actor) {
		MergedAnnotations all = MergedAnnotations.from(actor, SearchStrategy.TYPE_HIERARCHY);
		List<String> found = new ArrayList<>();
		if (all.isPresent(PreAuthorize.class)) {
			found.add(all.get(PreAuthorize.class).getString(MergedAnnotation.VALUE));
		}
		FUNCTIONS.forEach((annotation, function) -> {
			MergedAnnotation<?> roles = all.get(annotation);
			if (roles.isPresent()) {
				found.add(function + Arrays.stream(roles.getStringArray(MergedAnnotation.VALUE))
					.map((role) -> "'" + role.replace("'", "''") + "'")
					.collect(Collectors.joining(", ", "(", ")")));
			}
		});
		CONSTANTS.forEach((annotation, constant) -> {
			if (all.isPresent(annotation)) {
				found.add(constant);
			}
		});
		return found;
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
			// of the proxy's class Spring Security does not find annotations
			all = all.then(ask(advisor, advisors.targetObject(), method, args));
		}
		return all;
	}

	private AuthorizationAdvisors advisors(Object bean) {
		return this.advisors.computeIfAbsent(bean, AuthorizationAdvisors::new);
	}

	/** It is asked at once, on this thread; a reactive one when it is subscribed to. */
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

	/** A call that is asked about and not made. */
	private static final class Question extends SimpleMethodInvocation {

		private volatile boolean allowed;

		Question(Object bean, Method method, @Nullable Object[] args) {
			super(bean, method, args);
		}

		@Override
		public Object proceed() {
			this.allowed = true;
			return Mono.empty(); // looked at by reactive advisors alone
		}

		/** A denial need not be an exception: a handler may return something instead. */
		void checkAnswered() {
			if (!this.allowed) {
				throw new AccessDeniedException("Access Denied");
			}
		}

	}

}
