/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Instant;
import java.time.InstantSource;

import reactor.core.publisher.Mono;

/**
 * Used tickets in the memory of this node: another node with the same key accepts each
 * once more. If more than {@value #MAX} used tickets have not expired, further ones are
 * rejected with {@code actor.overloaded}.
 */
public final class NodeSpentTickets implements SpentTickets {

	/** Maximum number of used tickets; they take about 10 MB. */
	static final int MAX = 50_000;

	private final TicketMemory<Boolean> spent;

	/**
	 * Creates an instance.
	 * @param clock decides which tickets have expired
	 */
	public NodeSpentTickets(InstantSource clock) {
		this.spent = new TicketMemory<>(MAX, clock);
	}

	@Override
	public Mono<Boolean> spend(String id, Instant expiresAt) {
		return Mono.fromCallable(() -> this.spent.add(id, true, expiresAt));
	}

}
