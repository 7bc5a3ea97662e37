/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The table of the outbox. All methods block. Safe for use by several threads and nodes.
 */
public interface OutboxStore {

	/**
	 * Adds a row in the transaction of the calling thread, or commits it if there is
	 * none.
	 * @param row the row
	 * @param committed called after the commit, on the committing thread; not called
	 * after a rollback
	 * @throws IllegalStateException if the transaction of the thread does not use the
	 * database of the outbox or is read-only, or the thread may be in a reactive one
	 */
	void add(OutboxRow row, Runnable committed);

	/**
	 * Takes rows that are due, the earliest first. No other node takes them before the
	 * lease ends.
	 * @param limit most rows
	 * @param now rows that are due then are taken
	 * @param until end of the lease
	 * @return the rows as they are now, in the order in which they were due; each counts
	 * one attempt more
	 */
	List<OutboxRow> take(int limit, Instant now, Instant until);

	/**
	 * Renews the leases of rows that this node has taken.
	 * @param taken the rows as this node has last read or written them
	 * @param until new end of the leases
	 * @return ids of those that were renewed; another node has taken or deleted the rest
	 */
	Set<String> renew(Collection<OutboxRow> taken, Instant until);

	/**
	 * Deletes rows that were handled, and gives others back, in one transaction.
	 * @param handled ids of rows, which may be taken by another node or deleted already
	 * @param postponed rows that are taken again later
	 */
	void finish(Collection<String> handled, Collection<OutboxRow.Postponed> postponed);

}
