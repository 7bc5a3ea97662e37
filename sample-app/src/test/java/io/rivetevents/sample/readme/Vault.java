/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import java.security.Principal;
import java.util.List;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.security.ConnParamsAuthenticationConverter;

// tag::security
@Actor(name = "vault", access = "isAuthenticated()")
class Vault {

	@CanCreate
	boolean canCreate(ActorContext<?, ?> c, Principal principal) {
		return c.key().parts().equals(List.of(principal.getName()));
	}

	@Action
	@PreAuthorize("hasRole('ADMIN')")
	String open(Authentication authentication) {
		return "Opened by " + authentication.getName();
	}

}

@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class VaultSecurity {

	@Bean
	ConnParamsAuthenticationConverter tokens() {
		return (params) -> Mono.justOrEmpty(params.path("user").asStringOpt())
			.map((user) -> UsernamePasswordAuthenticationToken.unauthenticated(user,
					params.path("password").asString("")));
	}

}
// end::security
