/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UserDetailsRepositoryReactiveAuthenticationManager;
import org.springframework.security.authorization.AuthorizationManagerFactory;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.core.GrantedAuthorityDefaults;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AnnotationTemplateExpressionDefaults;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.Users;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalIssuer;
import io.rivetevents.extension.PrincipalJsonCustomizer;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.invocation.SubscriptionGuard;
import io.rivetevents.security.AuthenticationCodec;
import io.rivetevents.security.AuthenticationPrincipalResolver;
import io.rivetevents.security.ClaimedIssuer;
import io.rivetevents.security.ConnParamsAuthenticationConverter;
import io.rivetevents.security.CredentialsAuthenticationConverter;
import io.rivetevents.security.CredentialsExpiry;
import io.rivetevents.security.CurrentSecurityContextResolver;
import io.rivetevents.security.ExpressionAccessGuard;
import io.rivetevents.security.MethodSecurityCheck;
import io.rivetevents.security.PreAuthorizeSubscriptionGuard;
import io.rivetevents.security.PrincipalHints;
import io.rivetevents.security.SecurityContextDecorator;
import io.rivetevents.security.SecurityFailureTranslator;
import io.rivetevents.security.SecurityRules;
import io.rivetevents.security.TrustedPrincipals;
import io.rivetevents.security.UserRecheck;
import io.rivetevents.security.webflux.ConnectionLogoutHandler;
import io.rivetevents.security.webflux.LogoutHook;
import io.rivetevents.security.webflux.ManagedConnectionAuthenticator;
import io.rivetevents.security.webflux.ResourceServers;
import io.rivetevents.security.webflux.StandardCredentialsConverter;
import io.rivetevents.transport.webflux.ActorHandlerMapping;
import io.rivetevents.transport.webflux.BasePath;

/**
 * Auto-configuration of the integration with Spring Security: callers, access rules,
 * repeated checks of users, and the closing of connections at logout.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class, before = RivetEventsWebAutoConfiguration.class,
		afterName = "org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration")
@ConditionalOnClass({ Authentication.class, GrantedAuthorityDefaults.class })
@ConditionalOnBean(ActorDirectory.class)
@ImportRuntimeHints(PrincipalHints.class)
public final class RivetEventsSecurityAutoConfiguration {

	private static final String JWT_ISSUER = "spring.security.oauth2.resourceserver.jwt.issuer-uri";

	@Bean
	@ConditionalOnMissingBean(PrincipalIssuer.class)
	ClaimedIssuer rivetPrincipalIssuer() {
		return new ClaimedIssuer();
	}

	@Bean
	CredentialsExpiry rivetCredentialsExpiry() {
		return new CredentialsExpiry();
	}

	@Bean
	@ConditionalOnMissingBean(PrincipalCodec.class)
	AuthenticationCodec rivetPrincipalCodec(ObjectProvider<PrincipalJsonCustomizer> customizers) {
		return new AuthenticationCodec(customizers::orderedStream);
	}

	@Bean
	@ConditionalOnMissingBean
	Users rivetUsers(ObjectProvider<AuthenticationTrustResolver> resolver, PrincipalIssuer issuers,
			RivetEventsProperties properties, Environment environment) {
		String configured = properties.security().issuer();
		String home = (configured != null) ? configured : environment.getProperty(JWT_ISSUER);
		return new Users(new TrustedPrincipals(resolver.getIfUnique(AuthenticationTrustResolverImpl::new)), issuers,
				StringUtils.hasText(home) ? home : null);
	}

	@Bean
	AuthenticationPrincipalResolver rivetAuthenticationPrincipalResolver(BeanFactory beanFactory) {
		return new AuthenticationPrincipalResolver(new BeanFactoryResolver(beanFactory));
	}

	@Bean
	CurrentSecurityContextResolver rivetCurrentSecurityContextResolver(BeanFactory beanFactory) {
		return new CurrentSecurityContextResolver(new BeanFactoryResolver(beanFactory));
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	SecurityContextDecorator rivetSecurityContextDecorator(ObjectProvider<SecurityContextHolderStrategy> holder) {
		return new SecurityContextDecorator(holder.getIfUnique(SecurityContextHolder::getContextHolderStrategy));
	}

	@Bean
	SecurityFailureTranslator rivetSecurityFailureTranslator() {
		return new SecurityFailureTranslator();
	}

	@Bean
	SecurityRules rivetSecurityRules(ApplicationContext context,
			ObjectProvider<MethodSecurityExpressionHandler> expressions,
			ObjectProvider<AuthorizationManagerFactory<MethodInvocation>> authorizations,
			ObjectProvider<RoleHierarchy> hierarchy, ObjectProvider<GrantedAuthorityDefaults> defaults,
			ObjectProvider<AnnotationTemplateExpressionDefaults> templates,
			ObjectProvider<SecurityContextHolderStrategy> holder) {
		Supplier<SecurityRules.Settings> settings = () -> {
			GrantedAuthorityDefaults prefix = defaults.getIfAvailable(() -> new GrantedAuthorityDefaults("ROLE_"));
			RoleHierarchy roles = hierarchy.getIfAvailable();
			MethodSecurityExpressionHandler handler = expressions
				.getIfAvailable(() -> expressionHandler(context, prefix, roles, authorizations));
			return new SecurityRules.Settings(handler, roles, prefix.getRolePrefix(), templates.getIfAvailable(),
					context::containsBean);
		};
		return new SecurityRules(settings, holder.getIfUnique(SecurityContextHolder::getContextHolderStrategy));
	}

	/**
	 * Same as the handler of {@code @EnableMethodSecurity}, which is not accessible. Its
	 * permission evaluator denies everything, even if there is a bean; so does this one.
	 */
	@SuppressWarnings("deprecation")
	private static MethodSecurityExpressionHandler expressionHandler(ApplicationContext context,
			GrantedAuthorityDefaults defaults, @Nullable RoleHierarchy hierarchy,
			ObjectProvider<AuthorizationManagerFactory<MethodInvocation>> authorizations) {
		DefaultMethodSecurityExpressionHandler handler = new DefaultMethodSecurityExpressionHandler();
		handler.setApplicationContext(context);
		handler.setDefaultRolePrefix(defaults.getRolePrefix());
		if (hierarchy != null) {
			handler.setRoleHierarchy(hierarchy);
		}
		authorizations.ifAvailable(handler::setAuthorizationManagerFactory);
		return handler;
	}

	@Bean
	@ConditionalOnMissingBean(SubscriptionGuard.class)
	PreAuthorizeSubscriptionGuard rivetSubscriptionGuard(SecurityRules rules) {
		return new PreAuthorizeSubscriptionGuard(rules);
	}

	@Bean
	@ConditionalOnMissingBean(AccessGuard.class)
	ExpressionAccessGuard rivetAccessGuard(SecurityRules rules) {
		return new ExpressionAccessGuard(rules);
	}

	@Bean
	MethodSecurityCheck rivetMethodSecurityCheck(ListableBeanFactory beanFactory, SecurityRules rules) {
		return new MethodSecurityCheck(beanFactory, rules);
	}

	@Bean(initMethod = "start", destroyMethod = "stop")
	@ConditionalOnProperty("rivet.events.security.recheck-interval")
	@ConditionalOnSingleCandidate(ReactiveUserDetailsService.class)
	UserRecheck rivetUserRecheck(OutboundRegistry registry, ReactiveUserDetailsService users,
			RivetEventsProperties properties, @Qualifier("rivetActorTimers") Scheduler timers) {
		Duration interval = Objects.requireNonNull(properties.security().recheckInterval());
		return new UserRecheck(registry, users, interval, timers);
	}

	/** For clients that connect over WebFlux: their users, and the end of sessions. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass(ServerHttpSecurity.class)
	@ImportRuntimeHints({ LogoutHook.Hints.class, ResourceServers.Hints.class })
	static class WebFlux {

		@Bean
		@ConditionalOnMissingBean(ConnectionAuthenticator.class)
		ManagedConnectionAuthenticator rivetConnectionAuthenticator(
				ObjectProvider<ConnParamsAuthenticationConverter> params,
				ObjectProvider<CredentialsAuthenticationConverter> credentials,
				ObjectProvider<ReactiveAuthenticationManager> manager, ObjectProvider<ReactiveUserDetailsService> users,
				ObjectProvider<PasswordEncoder> passwords, ObjectProvider<SecurityWebFilterChain> chains) {
			Supplier<@Nullable ReactiveAuthenticationManager> managers = SingletonSupplier
				.ofNullable(() -> manager.getIfUnique(() -> userDetailsManager(users.getIfUnique(), passwords)));
			return new ManagedConnectionAuthenticator(params.getIfUnique(() -> (none) -> Mono.empty()),
					credentials.getIfUnique(StandardCredentialsConverter::new), managers, chains);
		}

		/** As Spring Security does for users without a manager. */
		private static @Nullable ReactiveAuthenticationManager userDetailsManager(
				@Nullable ReactiveUserDetailsService users, ObjectProvider<PasswordEncoder> passwords) {
			if (users == null) {
				return null;
			}
			UserDetailsRepositoryReactiveAuthenticationManager manager = new UserDetailsRepositoryReactiveAuthenticationManager(
					users);
			passwords.ifUnique(manager::setPasswordEncoder);
			return manager;
		}

		@Bean
		@ConditionalOnMissingBean
		ConnectionLogoutHandler rivetConnectionLogoutHandler(NodeCommands commands) {
			return new ConnectionLogoutHandler(commands);
		}

		@Bean
		LogoutHook rivetLogoutHook(ConnectionLogoutHandler handler, ObjectProvider<SecurityWebFilterChain> chains) {
			return new LogoutHook(handler, chains);
		}

		/**
		 * For the default chain of Spring Security, which is not a bean. Runs before the
		 * handler that invalidates the session, because connections have its id.
		 */
		@Bean
		Customizer<ServerHttpSecurity.LogoutSpec> rivetLogoutCustomizer(ConnectionLogoutHandler handler) {
			return (logout) -> logout.logoutHandler((handlers) -> handlers.add(0, handler));
		}

		/**
		 * Runs before Spring Security. It does not replace the matcher of the protection,
		 * to which a resource server adds that bearer tokens are exempt.
		 */
		@Bean
		@Order(-101)
		@ConditionalOnBooleanProperty(name = "rivet.events.security.csrf-exempt", matchIfMissing = true)
		WebFilter rivetCsrfExemption(ObjectProvider<BasePath> basePath) {
			Supplier<@Nullable BasePath> found = SingletonSupplier.ofNullable(basePath::getIfAvailable);
			return (exchange, chain) -> {
				BasePath base = found.get();
				if (base != null && isExempt(base.within(exchange.getRequest()))) {
					CsrfWebFilter.skipExchange(exchange);
				}
				return chain.filter(exchange);
			};
		}

		private static boolean isExempt(@Nullable String path) {
			return path != null && !path.equals(ActorHandlerMapping.TICKET);
		}

	}

}
