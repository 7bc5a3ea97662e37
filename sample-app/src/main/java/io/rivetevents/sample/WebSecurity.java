/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.logout.RedirectServerLogoutSuccessHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

/**
 * Two demo users. Guests have the same permissions, with a name of their own.
 */
@Configuration(proxyBeanMethods = false)
class WebSecurity {

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http, ObjectProvider<LoginCookie> cookie) {
		RedirectServerLogoutSuccessHandler toStart = new RedirectServerLogoutSuccessHandler();
		toStart.setLogoutSuccessUrl(java.net.URI.create("/"));
		http.authorizeExchange((exchange) -> exchange.matchers(EndpointRequest.to("rivetevents"))
			.authenticated()
			.anyExchange()
			.permitAll())
			.formLogin((login) -> login
				.requiresAuthenticationMatcher(ServerWebExchangeMatchers.pathMatchers(HttpMethod.POST, "/login"))
				.authenticationSuccessHandler(new RedirectServerAuthenticationSuccessHandler("/"))
				.authenticationFailureHandler(new RedirectServerAuthenticationFailureHandler("/?error")))
			.logout((logout) -> logout.logoutSuccessHandler(toStart));
		cookie.ifAvailable((login) -> login.configure(http));
		return http.build();
	}

	@Bean
	MapReactiveUserDetailsService users() {
		return new MapReactiveUserDetailsService(demoUser("ada"), demoUser("linus"));
	}

	/** The password is the name: for a demo only. */
	private static UserDetails demoUser(String name) {
		return User.withUsername(name).password("{noop}" + name).roles("USER").build();
	}

}
