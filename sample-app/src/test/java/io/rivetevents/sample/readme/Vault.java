package io.rivetevents.sample.readme;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.protocol.UserError;
import io.rivetevents.security.ConnParamsAuthenticationConverter;

// tag::security
@Actor("vault")
class Vault {

	@OnBeforeConnect
	void check(@Nullable Authentication authentication) {
		if (authentication == null) {
			throw new UserError("sign_in_first", "Please sign in");
		}
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
