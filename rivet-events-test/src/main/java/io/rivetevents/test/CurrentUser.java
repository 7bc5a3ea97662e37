/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

/**
 * The user of the thread that runs the test, such as that of {@code @WithMockUser}.
 */
final class CurrentUser {

	private static final boolean SECURITY = ClassUtils.isPresent(
			"org.springframework.security.core.context.SecurityContextHolder", CurrentUser.class.getClassLoader());

	private CurrentUser() {
	}

	/** Returns {@code null} if there is none. */
	static @Nullable Principal principal() {
		return SECURITY ? WithSecurity.principal() : null;
	}

	/** Loaded only with Spring Security. */
	private static final class WithSecurity {

		static @Nullable Principal principal() {
			Authentication present = SecurityContextHolder.getContext().getAuthentication();
			return (present instanceof AnonymousAuthenticationToken) ? null : present;
		}

	}

}
