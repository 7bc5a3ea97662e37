/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.answer;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;

/**
 * The answers of one instance to calls with an idempotency key, errors included. A
 * repeated call gets the stored answer and does not run again. The latest answers of each
 * caller are kept, and one caller never displaces the answers of another. Safe for use by
 * several threads.
 */
public final class IdempotentAnswers {

	/** Limit for one caller. */
	private static final int MAX_ANSWERS = 1000;

	/** Limit for one caller, in bytes of heap for keys and answers. */
	private static final long MAX_BYTES = 1024 * 1024;

	/** Heap of an answer without its key and value, in bytes. */
	private static final int OVERHEAD = 512;

	/** Time for which an answer is kept, in nanoseconds. */
	public static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();

	private static final long SWEEP_NANOS = Duration.ofSeconds(10).toNanos();

	/** By id of the caller; the answers of each are in the order of the calls. */
	private final Map<String, OfCaller> byCaller = new HashMap<>(2);

	private final KeptAnswers kept;

	private long sweptAt;

	/** When the answers that were dropped for lack of room expire. */
	private long droppedUntil;

	private boolean dropped;

	/**
	 * Creates an empty set of answers.
	 * @param kept the answers of all instances of the node
	 */
	public IdempotentAnswers(KeptAnswers kept) {
		this.kept = kept;
	}

	/**
	 * The caller of an action.
	 *
	 * @param id identifies the caller: the user, or the stream of an anonymous client
	 * @param holder to which the memory is charged: the user, or the address of an
	 * anonymous client
	 */
	public record Caller(String id, String holder) {
	}

	/**
	 * Identifies a call of a caller.
	 *
	 * @param action name of the action
	 * @param key idempotency key that the client has sent
	 * @param digest hash of the arguments; the same key with different arguments is
	 * another call
	 */
	public record Key(String action, String key, byte[] digest) implements Comparable<Key> {

		private static final Comparator<Key> ORDER = Comparator.comparing(Key::key)
			.thenComparing(Key::action)
			.thenComparing(Key::digest, Arrays::compare);

		/** The order keeps maps fast even if clients choose keys with equal hashes. */
		@Override
		public int compareTo(Key other) {
			return ORDER.compare(this, other);
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Key that && this.action.equals(that.action) && this.key.equals(that.key)
					&& Arrays.equals(this.digest, that.digest);
		}

		@Override
		public int hashCode() {
			return Arrays.hashCode(this.digest) ^ this.key.hashCode();
		}

		long weight() {
			return OVERHEAD + 2L * this.key.length();
		}

	}

	/** A call was rejected before it ran, so there is no answer to keep. */
	public static final class NotRun extends RuntimeException {

		/**
		 * Creates the exception.
		 * @param cause why the call has not run
		 */
		public NotRun(Throwable cause) {
			super(null, cause, false, false);
		}

	}

	/** A call, which may still be running, and its answer. */
	private static final class Answer {

		private final long time;

		private Mono<JsonNode> result = Mono.never();

		private long bytes;

		private boolean over;

		/** Whether it is no longer kept, although its call may still be running. */
		private boolean dropped;

		Answer(long time, long bytes) {
			this.time = time;
			this.bytes = bytes;
		}

	}

	/** The answers of one caller. */
	private static final class OfCaller {

		private final String holder;

		private final Map<Key, Answer> answers = new LinkedHashMap<>(4);

		private long bytes;

		OfCaller(String holder) {
			this.holder = holder;
		}

	}

	/**
	 * Runs a call unless it has run before.
	 * @param caller the caller
	 * @param key the call
	 * @param now the time in nanoseconds
	 * @param call runs the call
	 * @return the answer of the first call; {@code actor.overloaded}, without a call, if
	 * there is no room to keep an answer
	 */
	public Mono<JsonNode> once(Caller caller, Key key, long now, Supplier<Mono<JsonNode>> call) {
		Mono<JsonNode> result = tryOnce(caller, key, now, call);
		if (result == null) {
			this.kept.makeRoom(key.weight());
			result = tryOnce(caller, key, now, call);
		}
		return (result != null) ? result : Mono.error(noRoom());
	}

	/** Returns whether a call has run or is running. */
	public synchronized boolean has(Caller caller, Key key) {
		OfCaller known = this.byCaller.get(caller.id());
		return known != null && known.answers.containsKey(key);
	}

	/** Returns whether an answer was dropped that has not expired. */
	public synchronized boolean hasDropped(long now) {
		this.dropped &= this.droppedUntil - now > 0;
		return this.dropped;
	}

	private void noteDropped(Answer answer) {
		this.droppedUntil = answer.time + MAX_AGE_NANOS;
		this.dropped = true;
	}

	private synchronized @Nullable Mono<JsonNode> tryOnce(Caller caller, Key key, long now,
			Supplier<Mono<JsonNode>> call) {
		OfCaller known = this.byCaller.computeIfAbsent(caller.id(), (name) -> new OfCaller(caller.holder()));
		dropOld(known, now);
		Answer present = known.answers.get(key);
		if (present != null) {
			return present.result;
		}
		makeRoom(known, 1, key.weight());
		boolean full = !fits(known, 1, key.weight());
		if (full || !this.kept.tryAcquire(this, known.holder, key.weight())) {
			forgetIfEmpty(caller.id(), known);
			return full ? Mono.error(noRoom()) : null;
		}
		Answer answer = new Answer(now, key.weight());
		known.answers.put(key, answer);
		known.bytes += answer.bytes;
		answer.result = call.get()
			.doOnNext((output) -> finish(known, answer, MessageWeight.of(output)))
			.doOnError((ex) -> fail(known, key, answer, ex))
			.onErrorMap(NotRun.class, NotRun::getCause)
			.cache();
		return answer.result;
	}

	private static RivetException noRoom() {
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
				Map.of("channel", Limit.NODE_ANSWERS.property(), "operation", "action"));
	}

	private void fail(OfCaller known, Key key, Answer answer, Throwable ex) {
		if (ex instanceof NotRun) {
			forget(known, key, answer);
		}
		else {
			finish(known, answer, OVERHEAD);
		}
	}

	private synchronized void forget(OfCaller known, Key key, Answer answer) {
		if (known.answers.remove(key, answer)) {
			answer.dropped = true;
			known.bytes -= answer.bytes;
			this.kept.release(this, known.holder, answer.bytes);
		}
	}

	private void finish(OfCaller known, Answer answer, long bytes) {
		if (tryFinish(known, answer, bytes)) {
			return;
		}
		if (canMakeRoom(known, 0, bytes)) {
			this.kept.makeRoom(bytes);
			if (tryFinish(known, answer, bytes)) {
				return;
			}
		}
		giveUp(answer);
	}

	private synchronized boolean tryFinish(OfCaller known, Answer answer, long bytes) {
		if (answer.dropped) {
			return true; // the instance has left memory, or the answer has expired
		}
		makeRoom(known, 0, bytes);
		if (!fits(known, 0, bytes) || !this.kept.tryAcquire(this, known.holder, bytes)) {
			return false;
		}
		answer.over = true;
		answer.bytes += bytes;
		known.bytes += bytes;
		return true;
	}

	/** The call must not run again although its answer cannot be kept. */
	private synchronized void giveUp(Answer answer) {
		answer.over = true;
		answer.result = Mono.error(noRoom());
	}

	/**
	 * Drops the oldest answers of a holder.
	 * @return number of bytes that were freed
	 */
	synchronized long dropOldest(String holder, long bytes) {
		long left = bytes;
		for (OfCaller known : this.byCaller.values()) {
			Iterator<Answer> oldest = known.answers.values().iterator();
			while (left > 0 && known.holder.equals(holder) && oldest.hasNext()) {
				Answer answer = oldest.next();
				if (answer.over) {
					noteDropped(answer);
					drop(known, oldest, answer);
					left -= answer.bytes;
				}
			}
		}
		this.byCaller.values().removeIf((known) -> known.answers.isEmpty());
		return bytes - left;
	}

	/**
	 * Drops the oldest answers of a caller if that frees enough room. Answers of running
	 * calls are kept.
	 */
	private void makeRoom(OfCaller known, int count, long bytes) {
		if (fits(known, count, bytes) || !canMakeRoom(known, count, bytes)) {
			return;
		}
		Iterator<Answer> oldest = known.answers.values().iterator();
		while (oldest.hasNext() && !fits(known, count, bytes)) {
			Answer answer = oldest.next();
			if (answer.over) {
				noteDropped(answer);
				drop(known, oldest, answer);
			}
		}
	}

	private static boolean fits(OfCaller known, int count, long bytes) {
		return known.answers.size() + count <= MAX_ANSWERS && known.bytes + bytes <= MAX_BYTES;
	}

	/**
	 * Returns whether dropping all finished answers would free enough room.
	 */
	private synchronized boolean canMakeRoom(OfCaller known, int count, long bytes) {
		int stayingCount = count;
		long stayingBytes = bytes;
		for (Answer answer : known.answers.values()) {
			if (!answer.over) {
				stayingCount++;
				stayingBytes += answer.bytes;
			}
		}
		return stayingCount <= MAX_ANSWERS && stayingBytes <= MAX_BYTES;
	}

	private void dropOld(OfCaller known, long now) {
		Iterator<Answer> oldest = known.answers.values().iterator();
		while (oldest.hasNext()) {
			Answer answer = oldest.next();
			if (now - answer.time < MAX_AGE_NANOS) {
				return;
			}
			drop(known, oldest, answer);
		}
	}

	private void drop(OfCaller known, Iterator<Answer> answers, Answer answer) {
		answers.remove();
		answer.dropped = true;
		known.bytes -= answer.bytes;
		this.kept.release(this, known.holder, answer.bytes);
	}

	private void forgetIfEmpty(String caller, OfCaller known) {
		if (known.answers.isEmpty()) {
			this.byCaller.remove(caller);
		}
	}

	/**
	 * Drops expired answers, at most every ten seconds.
	 * @param now the time in nanoseconds
	 * @return when the next answers expire, empty if there are none
	 */
	public synchronized OptionalLong expire(long now) {
		if (!this.byCaller.isEmpty() && now - this.sweptAt >= SWEEP_NANOS) {
			this.sweptAt = now;
			this.byCaller.values().forEach((known) -> dropOld(known, now));
			this.byCaller.values().removeIf((known) -> known.answers.isEmpty());
		}
		return this.byCaller.values()
			.stream()
			.flatMap((known) -> known.answers.values().stream().limit(1))
			.mapToLong((oldest) -> this.sweptAt + Math.max(oldest.time + MAX_AGE_NANOS - this.sweptAt, SWEEP_NANOS))
			.min();
	}

	/** Drops all answers. */
	public synchronized void clear() {
		for (OfCaller known : this.byCaller.values()) {
			known.answers.values().forEach((answer) -> answer.dropped = true);
			this.kept.release(this, known.holder, known.bytes);
		}
		this.byCaller.clear();
	}

}
