package io.rivetevents.actor;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.RivetException;

/**
 * The answers of one instance to calls with an idempotency key, so that a call that is
 * made again is not run again: the last of each caller, errors included. What one caller
 * does never drops an answer of another. Safe for use by several threads.
 */
final class Answers {

	/** Of one caller. */
	private static final int MAX_ANSWERS = 1000;

	/** Of one caller: heap of keys and answers. */
	private static final long MAX_BYTES = 1024 * 1024;

	/** An answer without its key and value. */
	private static final int OVERHEAD = 512;

	private static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();

	private static final long SWEEP_NANOS = Duration.ofSeconds(10).toNanos();

	/** Each in the order of the calls. */
	private final Map<String, OfCaller> byCaller = new HashMap<>(2);

	private final ByteBudget budget;

	private long sweptAt;

	/**
	 * Creates answers.
	 * @param budget what all instances of the node may keep
	 */
	Answers(ByteBudget budget) {
		this.budget = budget;
	}

	/**
	 * Which calls of a caller are the same.
	 *
	 * @param action name of the action
	 * @param key what the client says
	 * @param digest of the arguments: the same key with others is another call
	 */
	record Key(String action, String key, byte[] digest) {

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

	/** The call has been refused before it has run: that is no answer to keep. */
	static final class NotRun extends RuntimeException {

		NotRun(Throwable cause) {
			super(null, cause, false, false);
		}

	}

	/** A call, which may still run, and what came of it. */
	private static final class Answer {

		private final long time;

		private Mono<JsonNode> result = Mono.never();

		private long bytes;

		private boolean over;

		Answer(long time, long bytes) {
			this.time = time;
			this.bytes = bytes;
		}

	}

	/** The answers of one caller. */
	private static final class OfCaller {

		private final Map<Key, Answer> answers = new LinkedHashMap<>(4);

		private long bytes;

	}

	/**
	 * Makes a call, unless it has been made.
	 * @param caller who calls: the user, or the stream of a client that is not signed in
	 * @param key which call
	 * @param now the time in nanoseconds
	 * @param call makes it
	 * @return what came of it the first time; {@code actor.overloaded}, without a call,
	 * if there is no room to keep an answer
	 */
	synchronized Mono<JsonNode> once(String caller, Key key, long now, Supplier<Mono<JsonNode>> call) {
		OfCaller known = this.byCaller.computeIfAbsent(caller, (name) -> new OfCaller());
		dropOld(known, now);
		Answer present = known.answers.get(key);
		if (present != null) {
			return present.result;
		}
		makeRoom(known, 1, key.weight());
		boolean full = known.answers.size() >= MAX_ANSWERS || known.bytes + key.weight() > MAX_BYTES;
		if (full || !this.budget.tryAcquire(key.weight())) {
			forgetIfEmpty(caller, known);
			return Mono.error(noRoom());
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
			known.bytes -= answer.bytes;
			this.budget.release(answer.bytes);
		}
	}

	private synchronized void finish(OfCaller known, Answer answer, long bytes) {
		makeRoom(known, 0, bytes);
		answer.over = true;
		if (known.bytes + bytes <= MAX_BYTES && this.budget.tryAcquire(bytes)) {
			answer.bytes += bytes;
			known.bytes += bytes;
		}
		else {
			// the call is not made again all the same
			answer.result = Mono.error(noRoom());
		}
	}

	/** Drops the oldest answers of a caller; not those that are still to come. */
	private void makeRoom(OfCaller known, int count, long bytes) {
		Iterator<Answer> oldest = known.answers.values().iterator();
		while (oldest.hasNext() && (known.answers.size() + count > MAX_ANSWERS || known.bytes + bytes > MAX_BYTES)) {
			Answer answer = oldest.next();
			if (answer.over) {
				drop(known, oldest, answer);
			}
		}
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
		known.bytes -= answer.bytes;
		this.budget.release(answer.bytes);
	}

	private void forgetIfEmpty(String caller, OfCaller known) {
		if (known.answers.isEmpty()) {
			this.byCaller.remove(caller);
		}
	}

	/**
	 * Drops what is too old.
	 * @param now the time in nanoseconds
	 */
	synchronized void expire(long now) {
		if (this.byCaller.isEmpty() || now - this.sweptAt < SWEEP_NANOS) {
			return;
		}
		this.sweptAt = now;
		this.byCaller.values().forEach((known) -> dropOld(known, now));
		this.byCaller.values().removeIf((known) -> known.answers.isEmpty());
	}

	/** Drops all. */
	synchronized void clear() {
		this.byCaller.values().forEach((known) -> this.budget.release(known.bytes));
		this.byCaller.clear();
	}

}
