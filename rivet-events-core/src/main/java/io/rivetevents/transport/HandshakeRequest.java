/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Request to connect or to call an action, as its transport has read it. Read-only. It is
 * used until the client is connected or rejected and not kept longer, so that it may hold
 * the request of a web stack. Called on any thread, by one at a time.
 */
public interface HandshakeRequest {

	/**
	 * Returns the URI with its query, as encoded by the client.
	 */
	URI uri();

	/**
	 * Returns the values of a header, in the order of their lines.
	 * @param name name of the header; case-insensitive
	 * @return empty if there are none
	 */
	List<String> header(String name);

	/**
	 * Returns all headers: their values by name, in the order of their lines.
	 */
	Map<String, List<String>> headers();

	/**
	 * Returns all cookies: their values by name.
	 */
	Map<String, List<String>> cookies();

	/**
	 * Returns the values of a parameter of the query, decoded.
	 * @param name name of the parameter
	 * @return empty if there are none; contains {@code null} for a parameter without a
	 * value
	 */
	List<@Nullable String> queryParameter(String name);

	/**
	 * Returns the values of the cookies with a name.
	 * @param name name of the cookies
	 * @return empty if there are none
	 */
	List<String> cookie(String name);

	/**
	 * Returns the remote address as the server reports it.
	 * @return {@code null} if it is unknown
	 */
	@Nullable InetSocketAddress remoteAddress();

	/**
	 * Returns the address that the client's limits apply to, for example the one that a
	 * trusted proxy reports.
	 * @return {@code null} if it is unknown; then no limits per address apply
	 */
	@Nullable InetAddress clientAddress();

	/**
	 * Finds the user that the request itself identifies, for example by a cookie or a
	 * header.
	 * @return the user; empty if there is none; an error if authentication fails
	 */
	Mono<Principal> principal();

	/**
	 * Finds the id that identifies the web session of the request permanently, even if
	 * the session id changes. Does not create a session.
	 * @param signedIn whether a user has signed in; in that case the session has to keep
	 * its id
	 * @return the id; empty if there is no session; {@code auth.logged_out} if it has
	 * ended
	 */
	Mono<String> sessionId(boolean signedIn);

	/**
	 * Returns the entries to add to the Reactor context in which the application's
	 * authenticators are called.
	 */
	default ContextView context() {
		return Context.empty();
	}

}
