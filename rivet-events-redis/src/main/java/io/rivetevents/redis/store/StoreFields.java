/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.lettuce.core.KeyValue;
import io.lettuce.core.StreamMessage;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.redis.store.UncertainAttempts.Attempt;

/**
 * Writes and reads what is stored. Numbers and times are texts, as ISO 8601 has them, so
 * that the keys can be read by people and other programs.
 */
final class StoreFields {

	/** Fields of an instance without input and state. */
	static final byte[][] LISTED = fields("id", "version", "generation", "created", "saved", "format", "owner", "epoch",
			"reserved", "marks");

	/** Fields of an instance. */
	static final byte[][] ALL = fields("id", "version", "generation", "created", "saved", "format", "owner", "epoch",
			"reserved", "marks", "input", "state");

	/** Latest time at which Redis can delete a key: year 9999. */
	private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

	/** Time of a schedule that does not run. */
	private static final String NEVER = "-";

	private StoreFields() {
	}

	private static byte[][] fields(String... names) {
		return Arrays.stream(names).map(StoreFields::bytes).toArray(byte[][]::new);
	}

	static byte[] bytes(Object text) {
		return text.toString().getBytes(StandardCharsets.UTF_8);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	/** Returns a time in milliseconds, rounded up: nothing is deleted too early. */
	static byte[] expiry(Instant expiresAt) {
		Instant time = expiresAt.isAfter(LAST) ? LAST : expiresAt.isBefore(Instant.EPOCH) ? Instant.EPOCH : expiresAt;
		return bytes(time.plusNanos(999_999).toEpochMilli());
	}

	/**
	 * Returns the arguments of {@link StoreScript#COMMIT}.
	 * @param token token of the schedules to add
	 */
	static byte[][] arguments(Change change, Attempt attempt, String token, Instant now) {
		List<byte[]> all = new ArrayList<>();
		addAll(all, change.expectedVersion(), change.actor().actorId());
		addAll(all, attempt.writer(), attempt.number(), now.toEpochMilli());
		addList(all, attempt.undone().stream().map(StoreFields::bytes).toList());
		addFields(all, change.actor());
		addAll(all, change.events().size());
		change.events().forEach((event) -> addList(all, event(event)));
		addList(all, change.trimmed().stream().map((position) -> bytes("e" + position)).toList());
		addAll(all, change.answers().size());
		for (StoredAnswer answer : change.answers()) {
			addAll(all, answer.key());
			all.add(expiry(answer.expiresAt()));
			all.add(answer(answer));
		}
		addAll(all, change.schedules().size());
		for (StoredSchedule schedule : change.schedules()) {
			all.add(StoreKeys.encode(schedule.id()));
			all.add(schedule(schedule, token));
		}
		addList(all, change.cancelled().stream().filter(StoreKeys::isStorable).map(StoreFields::bytes).toList());
		addList(all, change.disconnected().stream().map(StoreFields::bytes).toList());
		addAll(all, change.connections().size());
		for (StoredConnection connection : change.connections()) {
			all.add(bytes(connection.id()));
			all.add(connection.body());
		}
		return all.toArray(byte[][]::new);
	}

	private static void addAll(List<byte[]> all, Object... texts) {
		for (Object text : texts) {
			all.add(bytes(text));
		}
	}

	private static void addList(List<byte[]> all, List<byte[]> list) {
		addAll(all, list.size());
		all.addAll(list);
	}

	private static void addFields(List<byte[]> all, StoredActor actor) {
		List<byte[]> fields = new ArrayList<>();
		List<byte[]> absent = new ArrayList<>();
		@Nullable Object[] values = values(actor);
		for (int i = 0; i < values.length; i++) {
			Object value = values[i];
			if (value == null) {
				absent.add(ALL[i]);
				continue;
			}
			fields.add(ALL[i]);
			fields.add((value instanceof byte[] bytes) ? bytes : bytes(value));
		}
		addList(all, fields);
		addList(all, absent);
	}

	/** Returns the values of {@link #ALL}, {@code null} for absent ones. */
	private static @Nullable Object[] values(StoredActor actor) {
		return new @Nullable Object[] { actor.actorId(), actor.version(), actor.generation(), actor.createdAt(),
				actor.savedAt(), actor.format(), actor.owner(), actor.epoch(), actor.reserved(), actor.marks(),
				actor.input(), actor.state() };
	}

	/**
	 * Reads an instance.
	 * @param values values of {@link #ALL} or {@link #LISTED}
	 * @return the instance, {@code null} if there is none
	 */
	static @Nullable StoredActor actor(ActorAddress address, List<KeyValue<byte[], byte[]>> values) {
		if (!values.get(0).hasValue()) {
			return null;
		}
		boolean listed = values.size() == LISTED.length;
		return StoredActor.builder(string(values, 0), address)
			.version(Long.parseLong(string(values, 1)))
			.generation(Long.parseLong(string(values, 2)))
			.createdAt(Instant.parse(string(values, 3)))
			.savedAt(Instant.parse(string(values, 4)))
			.format(Integer.parseInt(string(values, 5)))
			.owner(optional(values, 6))
			.epoch(optional(values, 7))
			.reserved(Long.parseLong(string(values, 8)))
			.marks(optional(values, 9))
			.input(listed ? null : values.get(10).getValueOrElse(null))
			.state(listed ? null : values.get(11).getValueOrElse(null))
			.build();
	}

	private static String string(List<KeyValue<byte[], byte[]>> values, int index) {
		return text(values.get(index).getValue());
	}

	private static @Nullable String optional(List<KeyValue<byte[], byte[]>> values, int index) {
		return values.get(index).hasValue() ? string(values, index) : null;
	}

	/** Returns position, expiry and the fields of an event with their values. */
	static List<byte[]> event(StoredEvent event) {
		List<byte[]> fields = new ArrayList<>();
		for (Object each : List.of("previous", event.previous(), "sent", event.sentAt(), "expires", event.expiresAt(),
				"name", event.name(), "target", event.target())) {
			fields.add(bytes(each));
		}
		byte[] body = event.body();
		if (body != null) {
			fields.add(bytes("body"));
			fields.add(body);
		}
		fields.add(0, bytes(event.position()));
		fields.add(1, expiry(event.expiresAt()));
		return fields;
	}

	/** Reads an event. */
	static StoredEvent event(StreamMessage<byte[], byte[]> message) {
		Map<String, byte[]> fields = new TreeMap<>();
		message.getBody().forEach((name, value) -> fields.put(text(name), value));
		String id = message.getId();
		return new StoredEvent(Long.parseLong(id.substring(0, id.indexOf('-'))),
				Long.parseLong(required(fields, "previous")), Instant.parse(required(fields, "sent")),
				Instant.parse(required(fields, "expires")), required(fields, "name"), required(fields, "target"),
				fields.get("body"));
	}

	private static String required(Map<String, byte[]> fields, String name) {
		byte[] value = fields.get(name);
		if (value == null) {
			throw new IllegalStateException("A stored event has no field " + name);
		}
		return text(value);
	}

	/** Returns the index entry of an id: the time in milliseconds, and a text. */
	static byte[] indexEntry(Instant now, String tag) {
		return bytes(now.toEpochMilli() + " " + tag);
	}

	static Instant indexedAt(byte[] entry) {
		String text = text(entry);
		return Instant.ofEpochMilli(Long.parseLong(text.substring(0, text.indexOf(' '))));
	}

	static String indexedTag(byte[] entry) {
		String text = text(entry);
		return text.substring(text.indexOf(' ') + 1);
	}

	/**
	 * Returns a schedule: its time, which is {@value #NEVER} if it does not run, its
	 * token, its slot and the number of bytes of its action; then a line feed, the action
	 * and the body.
	 */
	static byte[] schedule(StoredSchedule schedule, String token) {
		byte[] action = bytes(schedule.action());
		byte[] body = schedule.body();
		byte[] header = bytes("%s %s %d %d\n".formatted(time(schedule.runAt()), token, schedule.slot(), action.length));
		byte[] all = Arrays.copyOf(header, header.length + action.length + body.length);
		System.arraycopy(action, 0, all, header.length, action.length);
		System.arraycopy(body, 0, all, header.length + action.length, body.length);
		return all;
	}

	/** Returns the time of a schedule. */
	static String time(@Nullable Instant runAt) {
		return (runAt != null) ? runAt.toString() : NEVER;
	}

	/** Reads a schedule. */
	static StoredSchedule schedule(String id, byte[] stored) {
		String header = line(stored);
		String[] parts = header.split(" ");
		int action = header.length() + 1;
		int body = action + Integer.parseInt(parts[3]);
		return new StoredSchedule(id, runAt(header), Integer.parseInt(parts[2]),
				text(Arrays.copyOfRange(stored, action, body)), Arrays.copyOfRange(stored, body, stored.length));
	}

	/** Returns the time in the first line of a schedule. */
	static @Nullable Instant runAt(String header) {
		String time = header.split(" ")[0];
		return time.equals(NEVER) ? null : Instant.parse(time);
	}

	/** Returns the token in the first line of a schedule. */
	static String token(String header) {
		return header.split(" ")[1];
	}

	/** Returns the first line. */
	static String line(byte[] stored) {
		int end = 0;
		while (stored[end] != '\n') {
			end++;
		}
		return new String(stored, 0, end, StandardCharsets.US_ASCII);
	}

	/** Returns an answer: its expiry, a line feed and the body. */
	static byte[] answer(StoredAnswer answer) {
		byte[] expiry = bytes(answer.expiresAt() + "\n");
		byte[] all = Arrays.copyOf(expiry, expiry.length + answer.body().length);
		System.arraycopy(answer.body(), 0, all, expiry.length, answer.body().length);
		return all;
	}

	/** Reads an answer. */
	static StoredAnswer answer(String key, byte[] stored) {
		String expiry = line(stored);
		return new StoredAnswer(key, Instant.parse(expiry),
				Arrays.copyOfRange(stored, expiry.length() + 1, stored.length));
	}

}
