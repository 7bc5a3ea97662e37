/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * A table in memory, which several nodes of a test share. It can fail.
 */
final class MemoryOutboxStore implements OutboxStore {

	private final TreeMap<String, OutboxRow> rows = new TreeMap<>();

	boolean fails;

	/** Largest number of rows that were asked for. */
	int mostAskedFor;

	@Override
	public synchronized void add(OutboxRow row, Runnable committed) {
		this.rows.put(row.id(), row);
		committed.run();
	}

	@Override
	public synchronized List<OutboxRow> take(int limit, Instant now, Instant until) {
		check();
		this.mostAskedFor = Math.max(this.mostAskedFor, limit);
		List<OutboxRow> taken = this.rows.values()
			.stream()
			.filter((row) -> !row.leaseUntil().isAfter(now))
			.sorted(Comparator.comparing(OutboxRow::leaseUntil).thenComparing(OutboxRow::id))
			.limit(limit)
			.map((row) -> row.taken(until))
			.toList();
		taken.forEach((row) -> this.rows.put(row.id(), row));
		return taken;
	}

	@Override
	public synchronized Set<String> renew(Collection<OutboxRow> taken, Instant until) {
		check();
		Set<String> renewed = new HashSet<>();
		for (OutboxRow each : taken) {
			this.rows.computeIfPresent(each.id(), (id, row) -> {
				boolean same = row.leaseUntil().equals(each.leaseUntil());
				return (same && renewed.add(id)) ? row.renewed(until) : row;
			});
		}
		return renewed;
	}

	private void check() {
		if (this.fails) {
			throw new IllegalStateException("The database is not available");
		}
	}

	@Override
	public synchronized void finish(Collection<String> handled, Collection<OutboxRow.Postponed> postponed) {
		check();
		handled.forEach(this.rows::remove);
		for (OutboxRow.Postponed each : postponed) {
			this.rows.computeIfPresent(each.taken().id(),
					(id, row) -> row.leaseUntil().equals(each.taken().leaseUntil())
							? new OutboxRow(id, row.kind(), row.target(), row.name(), row.body(), row.createdAt(),
									each.due(), each.attempts(), each.sentAt())
							: row);
		}
	}

	synchronized List<OutboxRow> rows() {
		return new ArrayList<>(this.rows.values());
	}

}
