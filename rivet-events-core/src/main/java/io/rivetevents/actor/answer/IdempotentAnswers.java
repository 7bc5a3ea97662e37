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
 * The answers of one instance to calls with an idempotency key, so that a call that is
 * made again is not run again: the last of each caller, errors included. What one caller
 * does never drops an answer of another. Safe for use by several threads.
 */
public final class IdempotentAnswers {

	/** Of one caller. */
	private static final int MAX_ANSWERS = 1000;

	/** Of one caller: heap of keys and answers. */
	private static final long MAX_BYTES = 1024 * 1024;

	/** An answer without its key and value. */
	private static final int OVERHEAD = 512;

	/** Time for which an answer is kept, in nanoseconds. */
	public static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();

	private static final long SWEEP_NANOS = Duration.ofSeconds(10).toNanos();

	/** Each in the order of the calls. */
	private final Map<String, OfCaller> byCaller = new HashMap<>(2);

	private final KeptAnswers kept;

	private long sweptAt;

	/**
	 * Creates answers.
	 * @param kept what all instances of the node keep
	 */
	public IdempotentAnswers(KeptAnswers kept) {
		this.kept = kept;
	}

	/**
	 * Who calls.
	 *
	 * @param id whose answers are its own: the user, or the stream of a client that is
	 * not signed in
	 * @param holder for whom they count: the user, or the address of a client that is not
	 * signed in
	 */
	public record Caller(String id, String holder) {
	}

	/**
	 * Which calls of a caller are the same.
	 *
	 * @param action name of the action
	 * @param key what the client says
	 * @param digest of the arguments: the same key with others is another call
	 */
	public record Key(String action, String key, byte[] digest) implements Comparable<Key> {

		private static final Comparator<Key> ORDER = Comparator.comparing(Key::key)
			.thenComparing(Key::action)
			.thenComparing(Key::digest, Arrays::compare);

		/** So that a map stays fast whatever clients make their hashes. */
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

	/** The call has been refused before it has run: that is no answer to keep. */
	public static final class NotRun extends RuntimeException {

		/**
		 * Creates the exception.
		 * @param cause why it has not run
		 */
		public NotRun(Throwable cause) {
			super(null, cause, false, false);
		}

	}

	/** A call, which may still run, and what came of it. */
	private static final class Answer {

		private final long time;

		private Mono<JsonNode> result = Mono.never();

		private long bytes;

		private boolean over;

		/** Whether it is kept no more, though its call may still run. */
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
	 * Makes a call, unless it has been made.
	 * @param caller who calls
	 * @param key which call
	 * @param now the time in nanoseconds
	 * @param call makes it
	 * @return what came of it the first time; {@code actor.overloaded}, without a call,
	 * if there is no room to keep an answer
	 */
	public Mono<JsonNode> once(Caller caller, Key key, long now, Supplier<Mono<JsonNode>> call) {
		Mono<JsonNode> result = tryOnce(caller, key, now, call);
		if (result == null) {
			this.kept.makeRoom(key.weight());
			result = tryOnce(caller, key, now, call);
		}
		return (result != null) ? result : Mono.error(noRoom());
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
			return true; // its instance has left memory, or it has become too old
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

	/** The call is not made again all the same. */
	private synchronized void giveUp(Answer answer) {
		answer.over = true;
		answer.result = Mono.error(noRoom());
	}

	/**
	 * Drops the oldest answers that count for somebody.
	 * @return how many bytes have become free
	 */
	synchronized long dropOldest(String holder, long bytes) {
		long left = bytes;
		for (OfCaller known : this.byCaller.values()) {
			Iterator<Answer> oldest = known.answers.values().iterator();
			while (left > 0 && known.holder.equals(holder) && oldest.hasNext()) {
				Answer answer = oldest.next();
				if (answer.over) {
					drop(known, oldest, answer);
					left -= answer.bytes;
				}
			}
		}
		this.byCaller.values().removeIf((known) -> known.answers.isEmpty());
		return bytes - left;
	}

	/**
	 * Drops the oldest answers of a caller, if that can make room; not those that are
	 * still to come.
	 */
	private void makeRoom(OfCaller known, int count, long bytes) {
		if (fits(known, count, bytes) || !canMakeRoom(known, count, bytes)) {
			return;
		}
		Iterator<Answer> oldest = known.answers.values().iterator();
		while (oldest.hasNext() && !fits(known, count, bytes)) {
			Answer answer = oldest.next();
			if (answer.over) {
				drop(known, oldest, answer);
			}
		}
	}

	private static boolean fits(OfCaller known, int count, long bytes) {
		return known.answers.size() + count <= MAX_ANSWERS && known.bytes + bytes <= MAX_BYTES;
	}

	/**
	 * Returns whether there would be room without all the answers that may be dropped.
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
	 * Drops what is too old; not more often than every ten seconds.
	 * @param now the time in nanoseconds
	 * @return when there may be more to drop, empty if nothing is kept
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

	/** Drops all. */
	public synchronized void clear() {
		for (OfCaller known : this.byCaller.values()) {
			known.answers.values().forEach((answer) -> answer.dropped = true);
			this.kept.release(this, known.holder, known.bytes);
		}
		this.byCaller.clear();
	}

}
