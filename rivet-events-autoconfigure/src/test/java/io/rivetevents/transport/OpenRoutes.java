/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * Lets all requests in, posts to routes of the application without a CSRF token as well.
 */
@Configuration(proxyBeanMethods = false)
class OpenRoutes {

	@Bean
	SecurityWebFilterChain open(ServerHttpSecurity http) {
		return http.csrf((csrf) -> csrf.disable())
			.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
			.build();
	}

}
