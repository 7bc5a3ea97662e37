/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.outbox;

/**
 * The statements of the outbox.
 *
 * @param table name of the table
 */
record OutboxSql(String table) {

	private static final String COLUMNS = "id, kind, target, name, body, created_at, lease_until, attempts, sent_at";

	private static final String TAKEN = " where id = ? and lease_until = ?";

	/** Parameters: the columns. */
	String insert() {
		return "insert into " + this.table + " (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
	}

	/** Parameter: id. */
	String find() {
		return "select 1 from " + this.table + " where id = ?";
	}

	/**
	 * Reads the index up to the limit. Parameters: time, limit.
	 * @param skipLocked whether rows are locked, except those that are locked already
	 */
	String selectDue(boolean skipLocked) {
		return "select " + COLUMNS + " from " + this.table + " where lease_until <= ? order by lease_until, id limit ?"
				+ (skipLocked ? " for update skip locked" : "");
	}

	/** Parameters: end of the lease, id, present end of the lease. */
	String take() {
		return "update " + this.table + " set lease_until = ?, attempts = attempts + 1" + TAKEN;
	}

	/** Parameters: end of the lease, id, present end of the lease. */
	String renew() {
		return "update " + this.table + " set lease_until = ?" + TAKEN;
	}

	/** Parameters: due time, attempts, time of sending, id, present end of the lease. */
	String postpone() {
		return "update " + this.table + " set lease_until = ?, attempts = ?, sent_at = ?" + TAKEN;
	}

	/** Parameter: id. */
	String delete() {
		return "delete from " + this.table + " where id = ?";
	}

}
