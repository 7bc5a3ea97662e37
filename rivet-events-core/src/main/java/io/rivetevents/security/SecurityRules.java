/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.ast.BooleanLiteral;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthoritiesAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AnnotationTemplateExpressionDefaults;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.util.SimpleMethodInvocation;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.function.SingletonSupplier;

import io.rivetevents.invocation.InvalidActorException;

/**
 * Reads rules from classes, methods of events and properties, and evaluates them like the
 * application's method security evaluates those of a method.
 */
public final class SecurityRules {

	/** Represents an anonymous client. */
	static final Authentication ANONYMOUS = new AnonymousAuthenticationToken("rivet-events", "anonymousUser",
			AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

	private static final Set<String> PRE_AUTHORIZE = Set.of(PreAuthorize.class.getName());

	private static final Set<String> SECURED = Set.of("org.springframework.security.access.annotation.Secured");

	private static final String PERMIT_ALL = "jakarta.annotation.security.PermitAll";

	private static final String ROLES_ALLOWED = "jakarta.annotation.security.RolesAllowed";

	private static final Set<String> JSR250 = Set.of(PERMIT_ALL, ROLES_ALLOWED, "jakarta.annotation.security.DenyAll");

	private static final String CORRECT = "Correct the expression of @PreAuthorize";

	private static final Method ANY_METHOD = Objects
		.requireNonNull(ReflectionUtils.findMethod(Object.class, "toString"));

	private final Supplier<Settings> settings;

	private final SecurityContextHolderStrategy holder;

	private final MethodInvocation anyCall = new SimpleMethodInvocation(this, ANY_METHOD);

	/**
	 * The application's settings for its method security.
	 *
	 * @param expressions evaluates expressions
	 * @param roleHierarchy roles that imply others, {@code null} if there are none
	 * @param rolePrefix prefix of the roles of {@code @RolesAllowed}
	 * @param templates how placeholders in annotations are replaced, {@code null} for the
	 * default of Spring Security
	 * @param beans whether a bean with a name exists
	 */
	public record Settings(MethodSecurityExpressionHandler expressions, @Nullable RoleHierarchy roleHierarchy,
			String rolePrefix, @Nullable AnnotationTemplateExpressionDefaults templates, Predicate<String> beans) {
	}

	/** A condition of a rule. */
	@FunctionalInterface
	interface Condition {

		boolean holds(Question question);

	}

	/** A call to check, with its caller. */
	record Question(Authentication authentication, MethodInvocation call, EvaluationContext context) {
	}

	/**
	 * Creates the reader.
	 * @param settings finds the application's settings; called once, when there is a rule
	 * @param holder has the security context of a thread
	 */
	public SecurityRules(Supplier<Settings> settings, SecurityContextHolderStrategy holder) {
		this.settings = SingletonSupplier.of(settings);
		this.holder = holder;
	}

	/**
	 * Returns the conditions of a class: for each kind of annotation the closest one.
	 * @param type the class
	 */
	List<Condition> ofClass(Class<?> type) {
		List<Condition> conditions = new ArrayList<>();
		MergedAnnotation<?> preAuthorize = ClosestAnnotations.of(type, PRE_AUTHORIZE);
		if (preAuthorize != null) {
			conditions.add(ofType(type, preAuthorize));
		}
		MergedAnnotation<?> secured = ClosestAnnotations.of(type, SECURED);
		if (secured != null) {
			conditions.add(authorities("", secured));
		}
		MergedAnnotation<?> jsr250 = ClosestAnnotations.of(type, JSR250);
		if (jsr250 != null) {
			conditions.add(ofJsr250(jsr250));
		}
		return conditions;
	}

	private Condition ofJsr250(MergedAnnotation<?> annotation) {
		String name = annotation.getType().getName();
		if (name.equals(ROLES_ALLOWED)) {
			return authorities(this.settings.get().rolePrefix(), annotation);
		}
		boolean permitted = name.equals(PERMIT_ALL);
		return (question) -> permitted;
	}

	/**
	 * Returns the conditions of an event: the {@link PreAuthorize} of its method, or else
	 * all those of its scopes.
	 * @param method the method
	 * @param scopes the interfaces through which it was found
	 */
	List<Condition> ofEvent(Method method, List<Class<?>> scopes) {
		MergedAnnotation<?> own = ClosestAnnotations.of(method, PRE_AUTHORIZE);
		if (own != null) {
			return List.of(ofMethod(method, own));
		}
		List<Condition> conditions = new ArrayList<>();
		for (Class<?> scope : scopes) {
			MergedAnnotation<?> common = ClosestAnnotations.of(scope, PRE_AUTHORIZE);
			if (common != null) {
				conditions.add(ofType(scope, common));
			}
		}
		return conditions;
	}

	private Condition ofType(Class<?> type, MergedAnnotation<?> annotation) {
		try {
			return ofExpression(fill(annotation));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(type, String.valueOf(ex.getMessage()), CORRECT);
		}
	}

	private Condition ofMethod(Method method, MergedAnnotation<?> annotation) {
		try {
			return ofExpression(fill(annotation));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(method, String.valueOf(ex.getMessage()), CORRECT);
		}
	}

	private String fill(MergedAnnotation<?> annotation) {
		return AnnotationTemplate.fill(annotation, MergedAnnotation.VALUE, this.settings.get().templates());
	}

	/**
	 * Returns the condition of an expression.
	 * @param expression the expression
	 * @throws IllegalArgumentException if it is invalid, is a template, or uses a
	 * reference that does not exist
	 */
	Condition ofExpression(String expression) {
		if (AnnotationTemplate.isIn(expression)) {
			throw new IllegalArgumentException(
					"its access rule \"%s\" has a placeholder that has no value".formatted(expression)
							+ "; only an expression on a meta-annotation can use attributes of the annotation");
		}
		Expression parsed = read(expression);
		String problem = problem(parsed);
		if (problem != null) {
			throw new IllegalArgumentException("its access rule \"%s\" %s".formatted(expression, problem));
		}
		return (question) -> holds(parsed, question);
	}

	private Expression read(String expression) {
		try {
			return parse(expression);
		}
		catch (ParseException ex) {
			throw new IllegalArgumentException(
					"its access rule \"%s\" is invalid: %s".formatted(expression, ex.getMessage()), ex);
		}
	}

	private Expression parse(String expression) {
		return this.settings.get().expressions().getExpressionParser().parseExpression(expression);
	}

	/**
	 * Returns the error of an expression, {@code null} if there is none. A handler of
	 * another class may have another root object, which depends on the call.
	 */
	private @Nullable String problem(Expression parsed) {
		MethodSecurityExpressionHandler handler = this.settings.get().expressions();
		if (handler.getClass() != DefaultMethodSecurityExpressionHandler.class
				|| !(parsed instanceof SpelExpression spel)) {
			return null;
		}
		if (spel.getAST() instanceof Literal && !(spel.getAST() instanceof BooleanLiteral)) {
			return "is a value, not a condition; use a condition such as hasRole('ADMIN')";
		}
		EvaluationContext context = handler.createEvaluationContext(() -> ANONYMOUS, this.anyCall);
		return new ExpressionReferences(context, this.settings.get().beans()).problem(spel.getAST());
	}

	/**
	 * Checks the expressions that Spring Security evaluates for a method.
	 * @param actor class of the actor
	 * @param method its method
	 * @param annotation an annotation with an expression, on the method or on the class
	 * @throws InvalidActorException if an expression is invalid
	 */
	void checkSyntax(Class<?> actor, Method method, Class<? extends Annotation> annotation) {
		Stream.<AnnotatedElement>of(method, method.getDeclaringClass(), actor)
			.flatMap((element) -> MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).stream(annotation))
			.forEach((found) -> checkSyntax(method, found));
	}

	private void checkSyntax(Method method, MergedAnnotation<?> annotation) {
		String expression = annotation.getString(MergedAnnotation.VALUE);
		try {
			parse((this.settings.get().templates() != null) ? fill(annotation) : expression);
		}
		catch (ParseException | IllegalArgumentException ex) {
			throw new InvalidActorException(method, "its @%s(\"%s\") is invalid: %s"
				.formatted(annotation.getType().getSimpleName(), expression, ex.getMessage()),
					"Correct the expression of @" + annotation.getType().getSimpleName());
		}
	}

	private Condition authorities(String prefix, MergedAnnotation<?> annotation) {
		Set<String> any = Arrays.stream(annotation.getStringArray(MergedAnnotation.VALUE))
			.map(prefix::concat)
			.collect(Collectors.toCollection(LinkedHashSet::new));
		AuthoritiesAuthorizationManager manager = new AuthoritiesAuthorizationManager();
		RoleHierarchy hierarchy = this.settings.get().roleHierarchy();
		if (hierarchy != null) {
			manager.setRoleHierarchy(hierarchy);
		}
		return (question) -> manager.authorize(question::authentication, any).isGranted();
	}

	private static boolean holds(Expression expression, Question question) {
		Object result = decision(valueOf(expression, question.context()), question);
		if (result instanceof AuthorizationResult decision) {
			return decision.isGranted();
		}
		if (result instanceof Boolean granted) {
			return granted;
		}
		throw new IllegalStateException("The expression '%s' must return a Boolean or an AuthorizationResult, not %s"
			.formatted(expression.getExpressionString(), (result != null) ? result.getClass().getName() : "null"));
	}

	@SuppressWarnings("unchecked")
	private static @Nullable Object decision(@Nullable Object result, Question question) {
		return (result instanceof AuthorizationManager<?> manager) ? ((AuthorizationManager<MethodInvocation>) manager)
			.authorize(question::authentication, question.call()) : result;
	}

	private static @Nullable Object valueOf(Expression expression, EvaluationContext context) {
		try {
			return expression.getValue(context);
		}
		catch (EvaluationException ex) {
			for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
				if (cause instanceof AuthorizationDeniedException denied) {
					throw denied;
				}
			}
			// not an error of the client, which an IllegalArgumentException would be
			throw new IllegalStateException(
					"The expression '%s' failed: %s".formatted(expression.getExpressionString(), ex.getMessage()), ex);
		}
	}

	/**
	 * Checks that all conditions are met. Meanwhile the caller is in the security context
	 * of the thread, like during the check of a method.
	 * @param conditions the conditions
	 * @param principal the caller's principal, {@code null} if anonymous
	 * @param call the call to check
	 * @param variables variables of expressions, by their names
	 * @throws AccessDeniedException if one is not met
	 */
	void check(List<Condition> conditions, @Nullable Principal principal, MethodInvocation call,
			Map<String, ?> variables) {
		Authentication authentication = (principal instanceof Authentication known) ? known : ANONYMOUS;
		EvaluationContext context = this.settings.get()
			.expressions()
			.createEvaluationContext(() -> authentication, call);
		variables.forEach(context::setVariable);
		Question question = new Question(authentication, call, context);
		try (ThreadIdentity identity = ThreadIdentity.set(this.holder, authentication)) {
			for (Condition condition : conditions) {
				if (!condition.holds(question)) {
					throw new AccessDeniedException("Access Denied");
				}
			}
		}
	}

}
