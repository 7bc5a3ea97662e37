/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

/**
 * The ways in which a client signs in: the columns of the table in
 * {@code docs/revocation.md}.
 */
enum SignIn {

	SESSION("Session cookie", "authentication_required", 403), BASIC("Basic", "401", 401),
	BEARER("Bearer token", "401", 401), PARAMS("Connection params", "invalid_credentials", 401),
	MESSAGE("First message", "invalid_credentials", 0), TICKET("Ticket", "401", 0);

	private final String title;

	private final String refusal;

	private final int status;

	SignIn(String title, String refusal, int status) {
		this.title = title;
		this.refusal = refusal;
		this.status = status;
	}

	/** Returns its name in the documents. */
	String title() {
		return this.title;
	}

	/**
	 * Returns the code, or the status of the filter chain, of an attempt to connect when
	 * the right has ended.
	 */
	String refusal() {
		return this.refusal;
	}

	/**
	 * Returns the status of a call over HTTP when the right has ended; 0 if calls are not
	 * signed in in this way.
	 */
	int status() {
		return this.status;
	}

}
