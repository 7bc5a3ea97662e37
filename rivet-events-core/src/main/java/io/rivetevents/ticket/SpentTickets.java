/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Instant;

import reactor.core.publisher.Mono;

/**
 * The tickets that have been used, so that each is accepted once. Safe for use by several
 * threads.
 */
@FunctionalInterface
public interface SpentTickets {

	/**
	 * Uses up a ticket.
	 * @param id id of the ticket
	 * @param expiresAt when the ticket expires; the record may be deleted afterwards
	 * @return whether this is the first use; an error if that cannot be decided. Does its
	 * work once for each subscription, and never blocks the subscriber
	 */
	Mono<Boolean> spend(String id, Instant expiresAt);

}
