/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;

/**
 * Shared by all targets of events on a node.
 *
 * @param mapper converts arguments of events
 * @param contracts the implemented contracts
 * @param transactions whether a thread without a transaction may be in a reactive one
 * @param users has the home issuer; resolved when an issuer is named
 */
public record TargetServices(ValueMapper mapper, EventContracts contracts, ReactiveTransactions transactions,
		Supplier<Users> users) {

	/** Creates services without reactive transactions and home issuer. */
	public TargetServices(ValueMapper mapper, EventContracts contracts) {
		this(mapper, contracts, ReactiveTransactions.NONE, () -> Users.PLAIN);
	}

	/**
	 * Returns the issuer by which users are found, {@code null} for the home issuer.
	 * @param issuer the issuer that the application names; not empty
	 */
	public @Nullable String known(String issuer) {
		Assert.hasText(issuer, "The issuer must not be empty");
		return this.users.get().known(issuer);
	}

}
