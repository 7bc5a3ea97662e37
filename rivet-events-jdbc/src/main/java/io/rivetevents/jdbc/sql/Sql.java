/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc.sql;

/**
 * The statements of the store, the same for all databases.
 *
 * @param prefix prefix of the table names
 */
public record Sql(String prefix) {

	private static final String LISTED = "namespace, name, actor_key, actor_id, version, generation, format, owner, "
			+ "epoch, reserved, marks, created_at, saved_at";

	private static final String ALL = LISTED + ", state, input";

	private static final String ADDRESS = " where namespace = ? and name = ? and actor_key = ?";

	private String actor() {
		return this.prefix + "actor";
	}

	private String event() {
		return this.prefix + "event";
	}

	private String answer() {
		return this.prefix + "answer";
	}

	private String schedule() {
		return this.prefix + "schedule";
	}

	private String connection() {
		return this.prefix + "connection";
	}

	public String selectByAddress() {
		return "select " + ALL + " from " + actor() + ADDRESS;
	}

	public String selectById() {
		return "select " + ALL + " from " + actor() + " where actor_id = ?";
	}

	/** Parameters: namespace, name, limit. */
	public String selectFirst() {
		return "select " + LISTED + " from " + actor() + " where namespace = ? and name = ? order by actor_key limit ?";
	}

	/** Parameters: namespace, name, key, limit. */
	public String selectAfter() {
		return "select " + LISTED + " from " + actor()
				+ " where namespace = ? and name = ? and actor_key > ? order by actor_key limit ?";
	}

	public String insertActor() {
		return "insert into " + actor() + " (" + ALL + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	}

	/** Parameters: the columns after the id, then id and expected version. */
	public String updateActor() {
		return "update " + actor() + " set version = ?, generation = ?, format = ?, owner = ?, epoch = ?, reserved = ?,"
				+ " marks = ?, created_at = ?, saved_at = ?, state = ?, input = ? where actor_id = ? and version = ?";
	}

	/** Parameter: id. */
	public String findActor() {
		return "select 1 from " + actor() + " where actor_id = ?";
	}

	/** Parameters: id and expected version. */
	public String deleteActor() {
		return "delete from " + actor() + " where actor_id = ? and version = ?";
	}

	/** Parameters: id, time, limit. */
	public String selectEvents() {
		return "select position, previous, sent_at, expires_at, name, target, body from " + event()
				+ " where actor_id = ? and expires_at > ? order by position desc limit ?";
	}

	public String insertEvent() {
		return "insert into " + event() + " (actor_id, position, previous, sent_at, expires_at, name, target, body)"
				+ " values (?, ?, ?, ?, ?, ?, ?, ?)";
	}

	/** Parameters: id and position. */
	public String deleteEvent() {
		return "delete from " + event() + " where actor_id = ? and position = ?";
	}

	/** Parameter: id. */
	public String deleteEvents() {
		return "delete from " + event() + " where actor_id = ?";
	}

	/** Parameters: time, limit. */
	public String selectExpiredEvents() {
		return "select actor_id, position from " + event() + " where expires_at <= ? order by expires_at limit ?";
	}

	/** Parameters: id, key, time. */
	public String selectAnswer() {
		return "select expires_at, body from " + answer() + " where actor_id = ? and idem_key = ? and expires_at > ?";
	}

	public String insertAnswer() {
		return "insert into " + answer() + " (actor_id, idem_key, expires_at, body) values (?, ?, ?, ?)";
	}

	/** Parameters: id and key. */
	public String findAnswer() {
		return "select 1 from " + answer() + " where actor_id = ? and idem_key = ?";
	}

	/** Parameters: id and key. */
	public String deleteAnswer() {
		return "delete from " + answer() + " where actor_id = ? and idem_key = ?";
	}

	/** Parameters: id, key, time. */
	public String deleteExpiredAnswer() {
		return deleteAnswer() + " and expires_at <= ?";
	}

	/** Parameter: id. */
	public String deleteAnswers() {
		return "delete from " + answer() + " where actor_id = ?";
	}

	/** Parameters: time, limit. */
	public String selectExpiredAnswers() {
		return "select actor_id, idem_key from " + answer() + " where expires_at <= ? order by expires_at limit ?";
	}

	/** Parameter: id. */
	public String selectSchedules() {
		return "select schedule_id, run_at, slot, action, body from " + schedule() + " where actor_id = ?";
	}

	public String insertSchedule() {
		return "insert into " + schedule() + " (actor_id, schedule_id, run_at, slot, action, body)"
				+ " values (?, ?, ?, ?, ?, ?)";
	}

	/** Parameters: time, id, id of the schedule, time that is stored now. */
	public String updateRunAt() {
		return "update " + schedule() + " set run_at = ? where actor_id = ? and schedule_id = ? and run_at = ?";
	}

	/** Parameters: id and id of the schedule. */
	public String findSchedule() {
		return "select 1 from " + schedule() + " where actor_id = ? and schedule_id = ?";
	}

	/** Parameters: id and id of the schedule. */
	public String deleteSchedule() {
		return deleteSchedules() + " and schedule_id = ?";
	}

	/** Parameters: id, id of the schedule, time that is stored now. */
	public String deleteDueSchedule() {
		return deleteSchedule() + " and run_at = ?";
	}

	/** Parameter: id. */
	public String deleteSchedules() {
		return "delete from " + schedule() + " where actor_id = ?";
	}

	/** Parameter: id. */
	public String selectConnections() {
		return "select connection_id, body from " + connection() + " where actor_id = ?";
	}

	public String insertConnection() {
		return "insert into " + connection() + " (actor_id, connection_id, body) values (?, ?, ?)";
	}

	/** Parameters: id and id of the connection. */
	public String findConnection() {
		return "select 1 from " + connection() + " where actor_id = ? and connection_id = ?";
	}

	/** Parameters: id and id of the connection. */
	public String deleteConnection() {
		return deleteConnections() + " and connection_id = ?";
	}

	/** Parameter: id. */
	public String deleteConnections() {
		return "delete from " + connection() + " where actor_id = ?";
	}

	/**
	 * Reads the index only. It ends with the slot, by which a query for some of the slots
	 * can filter; starting with it would be slower for all of them.
	 */
	private String selectDue(String condition) {
		return "select run_at, actor_id, schedule_id from " + schedule() + " where run_at <= ?" + condition
				+ " order by run_at, actor_id, schedule_id limit ?";
	}

	/** Parameters: latest time, limit. */
	public String selectFirstDue() {
		return selectDue("");
	}

	/** Parameters: latest time; time, id and id of the schedule before; limit. */
	public String selectDueAfter() {
		return selectDue(" and (run_at, actor_id, schedule_id) > (?, ?, ?)");
	}

	/**
	 * Selects the same without a comparison of rows.
	 * <p>
	 * Parameters: latest time; time (twice), id (twice) and id of the schedule before;
	 * limit.
	 */
	public String selectDueAfterByColumns() {
		return selectDue(" and (run_at > ? or (run_at = ? and (actor_id > ? or (actor_id = ? and schedule_id > ?))))");
	}

	/** Parameter: name. */
	public String selectMeta() {
		return "select content from " + this.prefix + "meta where name = ?";
	}

	/** Parameters: name and content. */
	public String insertMeta() {
		return "insert into " + this.prefix + "meta (name, content) values (?, ?)";
	}

}
