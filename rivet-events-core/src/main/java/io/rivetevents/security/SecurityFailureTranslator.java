/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.protocol.ErrorCode;

/**
 * Translates denials of Spring Security to {@code auth.forbidden}, without details.
 */
public final class SecurityFailureTranslator implements FailureTranslator {

	@Override
	public @Nullable RivetException translate(Throwable failure) {
		boolean denied = failure instanceof AccessDeniedException || failure instanceof AuthenticationException;
		return denied ? new RivetException(ErrorCode.FORBIDDEN) : null;
	}

}
