/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.concurrent.ThreadLocalRandom;

import io.rivetevents.actor.state.DueSchedule;

/**
 * Entry of a schedule in the index by time. Entries have the order of the times, then of
 * the ids. A time before year 0 or after year 9999 has the place of the nearest time in
 * between.
 *
 * @param runAt when the schedule is to run
 * @param actorId id of its instance
 * @param id its id
 * @param token identifies the change that wrote it: the schedule is stored with the same
 * token, otherwise the entry is not valid
 * @param tag text of the instance's address
 */
record DueEntry(Instant runAt, String actorId, String id, String token, String tag) {

	private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

	private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

	/** With a fixed number of characters, so that the order of texts is that of times. */
	private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

	private static final int TIME_LENGTH = 30;

	/** Follows the text before it, and no part of a text. */
	private static final int LAST_BYTE = 0xff;

	/**
	 * Returns a new token.
	 * @param version version of the instance that the change stores, 0 for none
	 */
	static String newToken(long version, Instant now) {
		return "%d-%d-%x".formatted(version, now.toEpochMilli(), ThreadLocalRandom.current().nextLong());
	}

	/** Returns the version of the instance with this schedule, 0 for none. */
	String version() {
		return this.token.substring(0, this.token.indexOf('-'));
	}

	/** Returns when the entry was written. */
	Instant writtenAt() {
		String[] parts = this.token.split("-", 3);
		return Instant.ofEpochMilli(Long.parseLong(parts[1]));
	}

	/** Returns the entry as a member of the index. */
	byte[] bytes() {
		ByteArrayOutputStream all = start(this.runAt, this.actorId, this.id);
		all.writeBytes(StoreKeys.encode(this.token + " " + this.tag));
		return all.toByteArray();
	}

	/** Reads a member of the index. */
	static DueEntry of(byte[] member) {
		Instant runAt = Instant.parse(new String(member, 0, TIME_LENGTH, StandardCharsets.US_ASCII));
		int actorEnd = StoreKeys.end(member, TIME_LENGTH);
		int idEnd = StoreKeys.end(member, actorEnd + 1);
		String rest = new String(member, idEnd + 1, member.length - idEnd - 1, StandardCharsets.UTF_8);
		int space = rest.indexOf(' ');
		return new DueEntry(runAt, StoreKeys.text(member, TIME_LENGTH, actorEnd),
				StoreKeys.text(member, actorEnd + 1, idEnd), rest.substring(0, space), rest.substring(space + 1));
	}

	/** Returns the least possible member after those of a schedule with its time. */
	static byte[] after(DueSchedule schedule) {
		ByteArrayOutputStream all = start(schedule.runAt(), schedule.actorId(), schedule.id());
		all.write(LAST_BYTE);
		return all.toByteArray();
	}

	/** Returns the least possible member after those of a time. */
	static byte[] after(Instant time) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		all.writeBytes(time(time));
		all.write(LAST_BYTE);
		return all.toByteArray();
	}

	private static ByteArrayOutputStream start(Instant runAt, String actorId, String id) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		all.writeBytes(time(runAt));
		all.writeBytes(StoreKeys.ended(actorId));
		all.writeBytes(StoreKeys.ended(id));
		return all;
	}

	private static byte[] time(Instant time) {
		Instant indexed = time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
		return StoreFields.bytes(TIME.format(indexed));
	}

}
