/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.Serializable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.PermissionEvaluator;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.RememberMeAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationManagerFactory;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.DefaultAuthorizationManagerFactory;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.core.GrantedAuthorityDefaults;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AnnotationTemplateExpressionDefaults;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsSecurityAutoConfiguration;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.SubscriptionGuard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A rule gives the same decision as Spring Security gives for a method, wherever the rule
 * is declared and whatever the application has configured for its method security.
 */
class RuleAgreementTests {

	private static final Map<String, Authentication> WHO = new LinkedHashMap<>();

	static {
		WHO.put("nobody", new AnonymousAuthenticationToken("key", "anonymousUser",
				AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS")));
		WHO.put("user", user("ROLE_USER"));
		WHO.put("admin", user("ROLE_ADMIN"));
		WHO.put("banned", user("ROLE_USER", "ROLE_BANNED"));
		WHO.put("unprefixed", user("USER"));
		WHO.put("odd", user("ROLE_ROLE_USER"));
		WHO.put("twice", user("ROLE_USER", "FACTOR"));
		WHO.put("remembered",
				new RememberMeAuthenticationToken("key", "ada", AuthorityUtils.createAuthorityList("ROLE_USER")));
	}

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsSecurityAutoConfiguration.class))
		.withUserConfiguration(Application.class);

	private static Authentication user(String... authorities) {
		return UsernamePasswordAuthenticationToken.authenticated("ada", null,
				AuthorityUtils.createAuthorityList(authorities));
	}

	static Stream<Class<?>> settings() {
		return Stream.of(Plain.class, Hierarchy.class, Prefix.class, Factor.class, RawFactor.class, Permissions.class,
				Trust.class, OwnHandler.class, Templates.class);
	}

	@ParameterizedTest
	@MethodSource("settings")
	void decidesAboutAnEventAsAboutAMethod(Class<?> settings) {
		this.runner.withUserConfiguration(settings).run((context) -> {
			SubscriptionGuard guard = context.getBean(SubscriptionGuard.class);
			new EventContracts(new ValueMapper(new JsonMapper())).of(Rules.class).events().forEach((event) -> {
				assertThat(guard.guards(event)).isTrue();
				assertThat(whoMay((who) -> guard.check(event, who))).as(event.name())
					.isEqualTo(ofMethod(context, event.method()));
			});
		});
	}

	@ParameterizedTest
	@MethodSource("settings")
	void decidesAboutAnActorAndItsManagementAsAboutAMethod(Class<?> settings) {
		this.runner.withUserConfiguration(settings).run((context) -> {
			AccessGuard guard = context.getBean(AccessGuard.class);
			for (Method method : Rules.class.getMethods()) {
				PreAuthorize annotation = method.getAnnotation(PreAuthorize.class);
				if (annotation != null) {
					AccessRule access = guard.ruleOf(Unguarded.class, annotation.value());
					AccessRule management = guard.ruleOf(annotation.value());
					List<String> expected = ofMethod(context, method);
					assertThat(whoMay((who) -> access.check(who, null))).as(method.getName()).isEqualTo(expected);
					assertThat(whoMay((who) -> management.check(who, null))).as(method.getName()).isEqualTo(expected);
				}
			}
		});
	}

	@ParameterizedTest
	@MethodSource("settings")
	void decidesAboutAClassAsAboutAMethod(Class<?> settings) {
		this.runner.withUserConfiguration(settings).run((context) -> {
			Map<Class<?>, String> classes = Map.of(ForUsers.class, "user", NotForBanned.class, "notBanned",
					ForSecured.class, "secured", ForRoles.class, "roles", ForOddRoles.class, "oddRoles");
			for (Map.Entry<Class<?>, String> each : classes.entrySet()) {
				AccessRule rule = context.getBean(AccessGuard.class).ruleOf(each.getKey(), "");
				assertThat(whoMay((who) -> rule.check(who, null))).as(each.getValue())
					.isEqualTo(ofMethod(context, MethodRules.class.getMethod(each.getValue())));
			}
		});
	}

	@Test
	void takesWhatTheApplicationHasSet() {
		assertThat(whoMay(Plain.class, "hasRole('USER')")).containsExactly("user", "banned", "twice", "remembered");
		assertThat(whoMay(Hierarchy.class, "hasRole('USER')")).contains("admin");
		assertThat(whoMay(Prefix.class, "hasRole('USER')")).containsExactly("unprefixed");
		assertThat(whoMay(Factor.class, "hasRole('USER')")).containsExactly("twice");
		assertThat(whoMay(RawFactor.class, "hasRole('USER')")).containsExactly("twice");
		assertThat(whoMay(OwnHandler.class, "hasRole('USER')")).containsExactly("odd");
	}

	private List<String> whoMay(Class<?> settings, String expression) {
		List<List<String>> found = new ArrayList<>();
		this.runner.withUserConfiguration(settings).run((context) -> {
			AccessRule rule = context.getBean(AccessGuard.class).ruleOf(expression);
			found.add(whoMay((who) -> rule.check(who, null)));
		});
		return found.get(0);
	}

	@Test
	void takesTheClosestAnnotationOfJsr250() {
		assertThat(whoMay(ruleOf(OpenAgain.class))).hasSameSizeAs(WHO.keySet());
		assertThat(whoMay(ruleOf(ClosedAgain.class))).isEmpty();
		assertThat(whoMay(ruleOf(Narrowed.class))).containsExactly("admin");
	}

	@Test
	void refusesAnnotationsOfWhichNoneComesFirst() {
		for (Class<?> type : List.of(OpenAndClosed.class, OfTwoInterfaces.class)) {
			assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> ruleOf(type))
				.withMessageContaining("several security annotations are equally close");
		}
	}

	@Test
	void takesAnInterfaceThatIsReachedTwiceOnce() {
		assertThat(whoMay(ruleOf(OfOneInterface.class))).containsExactly("admin");
	}

	@Test
	void refusesATemplateThatNothingFills() {
		for (Class<?> type : List.of(Unfilled.class, UnknownAttribute.class)) {
			assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> ruleOf(type))
				.withMessageMatching(".*its access rule \"!hasRole\\('\\{(value|rolle)\\}'\\)\" has a placeholder.*");
		}
		this.runner.run((context) -> {
			AccessGuard guard = context.getBean(AccessGuard.class);
			assertThatExceptionOfType(InvalidActorException.class)
				.isThrownBy(() -> guard.ruleOf(Unguarded.class, "!hasRole('{role}')"));
			assertThatIllegalArgumentException().isThrownBy(() -> guard.ruleOf("!hasRole('{role}')"));
			SubscriptionGuard events = context.getBean(SubscriptionGuard.class);
			assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> events.guards(
					new EventContracts(new ValueMapper(new JsonMapper())).of(UnfilledEvents.class).events().get(0)));
		});
	}

	@Test
	void takesListsAndMapsOfExpressionsForWhatTheyAre() {
		assertThat(whoMay(Plain.class, "{'ROLE_ADMIN', 'x'}.contains(authentication.authorities[0].authority)"))
			.containsExactly("admin");
		assertThat(whoMay(Plain.class, "{a: true}['a']")).hasSameSizeAs(WHO.keySet());
	}

	private AccessRule ruleOf(Class<?> type) {
		List<AccessRule> found = new ArrayList<>();
		List<RuntimeException> failed = new ArrayList<>();
		this.runner.run((context) -> {
			try {
				found.add(context.getBean(AccessGuard.class).ruleOf(type, ""));
			}
			catch (RuntimeException ex) {
				failed.add(ex);
			}
		});
		if (!failed.isEmpty()) {
			throw failed.get(0);
		}
		return found.get(0);
	}

	private static List<String> whoMay(AccessRule rule) {
		return whoMay((who) -> rule.check(who, null));
	}

	/** The decisions of Spring Security about a method of a bean. */
	private static List<String> ofMethod(ApplicationContext context, Method method) {
		return whoMay((who) -> {
			SecurityContextHolder.getContext().setAuthentication(who);
			try {
				method.invoke(context.getBean(MethodRules.class));
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
			finally {
				SecurityContextHolder.clearContext();
			}
		});
	}

	private static List<String> whoMay(Check check) {
		return WHO.keySet().stream().filter((name) -> {
			try {
				check.ask(WHO.get(name));
				return true;
			}
			catch (AccessDeniedException ex) {
				return false;
			}
			catch (RivetException ex) {
				assertThat(ex.code()).isEqualTo("forbidden");
				return false;
			}
			catch (Throwable ex) {
				throw new AssertionError(ex);
			}
		}).toList();
	}

	@FunctionalInterface
	interface Check {

		void ask(Authentication who) throws Throwable;

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("!hasRole('{value}')")
	@interface NotRole {

		String value();

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("hasAnyRole({roles})")
	@interface AnyRole {

		String[] roles();

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("!hasRole('{rolle}')")
	@interface Misspelt {

		String role();

	}

	/** Contract of events and methods of a bean at once. */
	interface Rules {

		@PreAuthorize("hasRole('USER')")
		void user();

		@PreAuthorize("!hasRole('BANNED')")
		void unlessBanned();

		@PreAuthorize("hasAuthority('ROLE_USER') and isFullyAuthenticated()")
		void fully();

		@PreAuthorize("isAuthenticated()")
		void signedIn();

		@PreAuthorize("isAnonymous()")
		void anonymous();

		@PreAuthorize("isRememberMe()")
		void remembered();

		@PreAuthorize("hasPermission('door', 'open')")
		void permitted();

		@PreAuthorize("@verdicts.result(authentication)")
		void byResult();

		@PreAuthorize("@verdicts.manager()")
		void byManager();

		@PreAuthorize("@verdicts.thread()")
		void byThread();

		@NotRole("BANNED")
		void notBanned();

		@AnyRole(roles = { "'ADMIN'", "'BANNED'" })
		void any();

	}

	static class MethodRules implements Rules {

		@Override
		public void user() {
		}

		@Override
		public void unlessBanned() {
		}

		@Override
		public void fully() {
		}

		@Override
		public void signedIn() {
		}

		@Override
		public void anonymous() {
		}

		@Override
		public void remembered() {
		}

		@Override
		public void permitted() {
		}

		@Override
		public void byResult() {
		}

		@Override
		public void byManager() {
		}

		@Override
		public void byThread() {
		}

		@Override
		public void notBanned() {
		}

		@Override
		public void any() {
		}

		@Secured("ROLE_USER")
		public void secured() {
		}

		@RolesAllowed("USER")
		public void roles() {
		}

		@RolesAllowed("ROLE_USER")
		public void oddRoles() {
		}

	}

	static class Verdicts {

		public AuthorizationResult result(Authentication authentication) {
			return new AuthorizationDecision(
					AuthorityUtils.authorityListToSet(authentication.getAuthorities()).contains("ROLE_ADMIN"));
		}

		public AuthorizationManager<MethodInvocation> manager() {
			return AuthorityAuthorizationManager.hasRole("BANNED");
		}

		public boolean thread() {
			Authentication found = SecurityContextHolder.getContext().getAuthentication();
			return found != null && found.getAuthorities().toString().contains("ADMIN");
		}

	}

	static class Unguarded {

	}

	@PreAuthorize("hasRole('USER')")
	static class ForUsers {

	}

	@NotRole("BANNED")
	static class NotForBanned {

	}

	@Secured("ROLE_USER")
	static class ForSecured {

	}

	@RolesAllowed("USER")
	static class ForRoles {

	}

	@RolesAllowed("ROLE_USER")
	static class ForOddRoles {

	}

	@DenyAll
	static class Closed {

	}

	@PermitAll
	static class OpenAgain extends Closed {

	}

	@DenyAll
	static class ClosedAgain extends OpenAgain {

	}

	@RolesAllowed("ADMIN")
	static class Narrowed extends OpenAgain {

	}

	@PermitAll
	@DenyAll
	static class OpenAndClosed {

	}

	@PreAuthorize("hasRole('ADMIN')")
	interface Administered {

	}

	@PreAuthorize("permitAll")
	interface Opened {

	}

	interface AlsoAdministered extends Administered {

	}

	static class OfTwoInterfaces implements Administered, Opened {

	}

	static class OfOneInterface implements Administered, AlsoAdministered {

	}

	@PreAuthorize("!hasRole('{value}')")
	static class Unfilled {

	}

	@Misspelt(role = "BANNED")
	static class UnknownAttribute {

	}

	interface UnfilledEvents {

		@PreAuthorize("!hasRole('{value}')")
		void opened();

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true, proxyTargetClass = true)
	static class Application {

		@Bean
		MethodRules methods() {
			return new MethodRules();
		}

		@Bean
		Verdicts verdicts() {
			return new Verdicts();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	static class Hierarchy {

		@Bean
		static RoleHierarchy hierarchy() {
			return RoleHierarchyImpl.withDefaultRolePrefix().role("ADMIN").implies("USER").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prefix {

		@Bean
		static GrantedAuthorityDefaults defaults() {
			return new GrantedAuthorityDefaults("");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Factor {

		@Bean
		static AuthorizationManagerFactory<MethodInvocation> factory() {
			DefaultAuthorizationManagerFactory<MethodInvocation> factory = new DefaultAuthorizationManagerFactory<>();
			factory.setAdditionalAuthorization(AuthorityAuthorizationManager.hasAuthority("FACTOR"));
			return factory;
		}

	}

	/** As {@code @EnableMultiFactorAuthentication} declares it. */
	@Configuration(proxyBeanMethods = false)
	static class RawFactor {

		@Bean
		@SuppressWarnings("rawtypes")
		static DefaultAuthorizationManagerFactory factory() {
			return (DefaultAuthorizationManagerFactory) Factor.factory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Permissions {

		@Bean
		static PermissionEvaluator permissions() {
			return new PermissionEvaluator() {

				@Override
				public boolean hasPermission(Authentication authentication, Object target, Object permission) {
					return true;
				}

				@Override
				public boolean hasPermission(Authentication authentication, Serializable id, String type,
						Object permission) {
					return true;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Trust {

		@Bean
		static AuthenticationTrustResolver trust() {
			return new AuthenticationTrustResolverImpl() {

				@Override
				public boolean isRememberMe(Authentication authentication) {
					return true;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandler {

		@Bean
		@SuppressWarnings("deprecation")
		static MethodSecurityExpressionHandler handler(ApplicationContext context) {
			DefaultMethodSecurityExpressionHandler handler = new DefaultMethodSecurityExpressionHandler();
			handler.setApplicationContext(context);
			handler.setDefaultRolePrefix("ROLE_ROLE_");
			return handler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Templates {

		@Bean
		static AnnotationTemplateExpressionDefaults templates() {
			return new AnnotationTemplateExpressionDefaults();
		}

	}

}
