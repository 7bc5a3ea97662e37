/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

/**
 * Finds the tenant of a client. All clients of a tenant share the limits
 * {@code rivet.events.limits.tenant}. Without a bean of this type no client has a tenant.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TenantResolver {

	/** Finds no tenant. */
	TenantResolver NONE = (identity) -> null;

	/**
	 * Returns the tenant of a client. Called on an event loop or a worker for each
	 * connection and each request over HTTP, also of anonymous clients, and on the node
	 * of an instance that a client creates: it must not block, and must return the same
	 * tenant for the same user on each node. A connection keeps its tenant when the
	 * client authenticates again. If it throws, the connection or request is rejected.
	 * @param identity identity of the client
	 * @return id of the tenant; {@code null} if the client has none
	 */
	@Nullable String tenantOf(Identity identity);

}
