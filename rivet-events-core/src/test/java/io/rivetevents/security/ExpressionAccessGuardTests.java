/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.reflect.Method;
import java.time.Duration;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeReactiveMethodInterceptor;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What stands on a class or a method, as a rule.
 */
class ExpressionAccessGuardTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final ActorAddress ROOM = new ActorAddress("default", "room", ActorKey.of("k"));

	private final ExpressionAccessGuard guard = guard(new DefaultMethodSecurityExpressionHandler());

	@AfterEach
	void clearContext() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@ValueSource(classes = { ByPreAuthorize.class, BySecured.class, ByRoles.class, OfSuperclass.class,
			OfInterface.class, Quoted.class, OfInterfaceAndClass.class })
	void letsInWhoHasTheRole(Class<?> actor) {
		AccessRule rule = rule(actor, "");
		assertThatCode(() -> rule.check(user("ROLE_ADMIN", "O'Brien"), ROOM)).doesNotThrowAnyException();
		assertRefused(rule, user("ROLE_USER"));
		assertRefused(rule, null);
	}

	@Test
	void refusesAllWhereAllAreDenied() {
		assertRefused(rule(Denied.class, ""), user("ROLE_ADMIN"));
		assertRefused(rule(Denied.class, "permitAll"), user("ROLE_ADMIN"));
		assertThatCode(() -> rule(Permitted.class, "").check(null, ROOM)).doesNotThrowAnyException();
	}

	@Test
	void asksForEachRule() {
		for (String access : new String[] { "hasRole('USER')", "#name == 'room' and hasRole('USER')",
				"#key.parts()[0] == 'k' and hasRole('USER')" }) {
			AccessRule rule = rule(ByPreAuthorize.class, access);
			assertRefused(rule, user("ROLE_ADMIN"));
			assertRefused(rule, user("ROLE_USER"));
			assertThatCode(() -> rule.check(user("ROLE_ADMIN", "ROLE_USER"), ROOM)).doesNotThrowAnyException();
		}
	}

	private static ExpressionAccessGuard guard(MethodSecurityExpressionHandler handler) {
		return new ExpressionAccessGuard(
				new SecurityRules(() -> new SecurityRules.Settings(handler, null, "ROLE_", null, "known"::equals),
						SecurityContextHolder.getContextHolderStrategy()));
	}

	@Test
	void hasNoRuleWhereThereIsNone() {
		assertThat(this.guard.ruleOf(Object.class, "")).isNull();
	}

	@Test
	void refusesARuleThatCannotBeRead() {
		assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> rule(Object.class, "hasRole("))
			.withMessageContaining("its access rule \"hasRole(\" is invalid");
	}

	@ParameterizedTest
	@ValueSource(strings = { "isAuthenticatd()", "hasRol('X')", "hasRole()", "isAuthentcated", "all", "hasRole(ADMIN)",
			"authentcation.name == 'ada'", "not isAnonymos()", "permitAll or denyNone", "@guard.check(#name)",
			"#name == nam", "authentication.name.equals(nam)", "{hasRol('X')}[0]", "permitAll ? 1 : nam", "'admin'",
			"T(java.util.List).of(nam).isEmpty()" })
	void refusesARuleThatNamesWhatDoesNotExist(String expression) {
		assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> rule(Object.class, expression))
			.withMessageContainingAll(Object.class.getName(), "its access rule \"%s\"".formatted(expression));
	}

	@ParameterizedTest
	@ValueSource(strings = { "permitAll", "permitAll()", "isAuthenticated", "principal != null", "hasAnyRole('A', 'B')",
			"hasAnyRole('A')", "authentication.credentials?.anything.at('all')",
			"authentication.authorities.![authority].contains('X')",
			"authentication.authorities.?[authority == 'X'].empty", "@known.anything(#name)", "{a: 1}[a] == 1",
			"authentication.details[tenant] == 'x'", "T(java.util.Objects).equals(#key, 1)", "true",
			"hasPermission(#key, 'read')", "#unknown?.anything", "this.toString() == ''", "#root.isAnonymous()" })
	void takesARuleWhoseNamesExistOrCannotBeKnown(String expression) {
		assertThatCode(() -> rule(Object.class, expression)).doesNotThrowAnyException();
	}

	@Test
	void leavesTheNamesToAHandlerOfAnotherKind() {
		ExpressionAccessGuard own = guard(new DefaultMethodSecurityExpressionHandler() {
		});
		assertThatCode(() -> own.ruleOf(Object.class, "isOwner()")).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@ValueSource(strings = { "both", "masked" })
	void authorizesByAllThatStandsOnAMethod(String method) {
		Object bean = proxy(new Methods(), AuthorizationManagerBeforeMethodInterceptor.preAuthorize(),
				AuthorizationManagerBeforeMethodInterceptor.secured(),
				AuthorizationManagerBeforeMethodInterceptor.jsr250());
		assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> authorize(bean, method, user("NONE")));
		assertThatExceptionOfType(AccessDeniedException.class)
			.isThrownBy(() -> authorize(bean, method, user("ROLE_USER")));
		assertThatCode(() -> authorize(bean, method, user("ROLE_USER", "ROLE_ADMIN"))).doesNotThrowAnyException();
		assertThat(Methods.calls).isZero();
	}

	@Test
	void authorizesByWhatStandsOnAMethodThatAnswersLater() {
		Object bean = proxy(new Methods(), AuthorizationManagerBeforeReactiveMethodInterceptor.preAuthorize());
		Method later = method("later");
		Mono<Void> asked = this.guard.authorize(bean, later, new Object[0]);
		StepVerifier.create(asked.contextWrite(ReactiveSecurityContextHolder.withAuthentication(user("ROLE_USER"))))
			.expectError(AccessDeniedException.class)
			.verify(PATIENCE);
		StepVerifier.create(asked.contextWrite(ReactiveSecurityContextHolder.withAuthentication(user("ROLE_ADMIN"))))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(Methods.calls).isZero();
	}

	private void authorize(Object bean, String method, Authentication authentication) {
		SecurityContextHolder.getContext().setAuthentication(authentication);
		this.guard.authorize(bean, method(method), new Object[0]).block(PATIENCE);
	}

	private AccessRule rule(Class<?> actor, String access) {
		AccessRule rule = this.guard.ruleOf(actor, access);
		assertThat(rule).isNotNull();
		return rule;
	}

	private static void assertRefused(AccessRule rule, @Nullable Authentication user) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> rule.check(user, ROOM))
			.matches((ex) -> ex.code().equals("forbidden"));
	}

	private static Authentication user(String... authorities) {
		return new TestingAuthenticationToken("ada", null, authorities);
	}

	private static Object proxy(Object target, Advisor... advisors) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		AnnotationAwareOrderComparator.sort(advisors);
		factory.addAdvisors(advisors);
		return factory.getProxy();
	}

	private static Method method(String name) {
		Method method = ReflectionUtils.findMethod(Methods.class, name);
		assertThat(method).isNotNull();
		return method;
	}

	static class Methods {

		static int calls;

		@PreAuthorize("hasRole('ADMIN')")
		@Secured("ROLE_USER")
		String both() {
			return "gold" + ++calls;
		}

		@PreAuthorize("hasRole('ADMIN')")
		@HandleAuthorizationDenied(handlerClass = Masked.class)
		String masked() {
			return "gold" + ++calls;
		}

		@PreAuthorize("hasRole('ADMIN')")
		Mono<String> later() {
			return Mono.fromSupplier(() -> "gold" + ++calls);
		}

	}

	/** Made by reflection. */
	public static class Masked implements MethodAuthorizationDeniedHandler {

		@Override
		public Object handleDeniedInvocation(MethodInvocation call, AuthorizationResult result) {
			return "***";
		}

	}

	@PreAuthorize("hasRole('ADMIN')")
	static class ByPreAuthorize {

	}

	@Secured({ "ROLE_OTHER", "ROLE_ADMIN" })
	static class BySecured {

	}

	@RolesAllowed({ "OTHER", "ADMIN" })
	static class ByRoles {

	}

	static class OfSuperclass extends BySecured {

	}

	@PreAuthorize("hasRole('ADMIN')")
	interface Guarded {

	}

	static class OfInterface implements Guarded {

	}

	@Secured("ROLE_ADMIN")
	static class OfInterfaceAndClass implements Guarded {

	}

	@Secured("O'Brien")
	static class Quoted {

	}

	@DenyAll
	static class Denied {

	}

	@PermitAll
	static class Permitted {

	}

}
