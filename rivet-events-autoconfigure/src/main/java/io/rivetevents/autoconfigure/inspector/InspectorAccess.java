/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.security.Principal;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.security.core.Authentication;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

import io.rivetevents.autoconfigure.actuate.RivetEventsEndpoint;
import io.rivetevents.autoconfigure.actuate.StateSanitizer;
import io.rivetevents.conversion.ValueMapper;

/**
 * What a viewer of the page may see and do, by the settings of the endpoint.
 */
final class InspectorAccess {

	static final EndpointId ENDPOINT = EndpointId.of("rivetevents");

	private static final boolean SECURITY = ClassUtils.isPresent("org.springframework.security.core.Authentication",
			InspectorAccess.class.getClassLoader());

	private final boolean writable;

	private final Show showValues;

	private final Set<String> roles;

	private final StateSanitizer sanitizer;

	private final ValueMapper mapper;

	/**
	 * Creates the access.
	 * @param accesses resolves the access to the endpoint
	 * @param showValues when to show values
	 * @param roles roles of the users that are shown values
	 * @param sanitizer replaces values
	 * @param mapper converts values
	 */
	InspectorAccess(EndpointAccessResolver accesses, Show showValues, Set<String> roles, StateSanitizer sanitizer,
			ValueMapper mapper) {
		Access byDefault = RivetEventsEndpoint.class.getAnnotation(Endpoint.class).defaultAccess();
		this.writable = accesses.accessFor(ENDPOINT, byDefault) == Access.UNRESTRICTED;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
		this.sanitizer = sanitizer;
		this.mapper = mapper;
	}

	/** Returns whether the page may change instances, as the writes of the endpoint. */
	boolean isWritable() {
		return this.writable;
	}

	/**
	 * Returns the values that the user of a request may see.
	 */
	Mono<ShownValues> values(ServerRequest request) {
		return request.principal()
			.<Principal>cast(Principal.class)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.map((principal) -> values(this.showValues.isShown(new Viewer(principal.orElse(null)), this.roles)));
	}

	/**
	 * Returns the values that a viewer may see.
	 * @param shown whether it may see those that are not replaced
	 */
	ShownValues values(boolean shown) {
		return new ShownValues(this.sanitizer, this.mapper, shown);
	}

	/**
	 * The user of a request.
	 *
	 * @param principal the user, {@code null} if it is anonymous
	 */
	private record Viewer(@Nullable Principal principal) implements SecurityContext {

		@Override
		public @Nullable Principal getPrincipal() {
			return this.principal;
		}

		@Override
		public boolean isUserInRole(String role) {
			return SECURITY && Roles.contain(this.principal, "ROLE_" + role);
		}

	}

	/** Only loaded if Spring Security is present. */
	private static final class Roles {

		static boolean contain(@Nullable Principal principal, String authority) {
			return principal instanceof Authentication authentication && authentication.getAuthorities()
				.stream()
				.anyMatch((granted) -> authority.equals(granted.getAuthority()));
		}

	}

}
