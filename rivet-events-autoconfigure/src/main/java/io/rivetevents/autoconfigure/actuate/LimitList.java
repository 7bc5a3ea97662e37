/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The limits that are in use, as the endpoint shows them.
 *
 * @param limits limits of users, tenants and addresses, and connections and rates of the
 * node
 */
record LimitList(List<UsedLimit> limits) implements OperationResponseBody {

	/**
	 * A limit.
	 *
	 * @param name its property, below {@code rivet.events}
	 * @param owners owners that use most of it, the largest first; one for the node
	 */
	record UsedLimit(String name, List<Use> owners) {
	}

	/**
	 * What one owner uses.
	 *
	 * @param owner the owner, {@code null} for the node and if values are not shown
	 * @param used what it uses
	 * @param max the limit
	 */
	record Use(@Nullable String owner, long used, long max) {
	}

}
