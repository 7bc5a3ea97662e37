package io.rivetevents.actor;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.Values;

/**
 * The answers of one instance to calls with an idempotency key, so that a call that is
 * made again is not run again: the last of them, errors included.
 */
final class Answers {

	private static final int MAX_ANSWERS = 1000;

	/** Of what was answered, as JSON. */
	private static final long MAX_BYTES = 1024 * 1024;

	private static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();

	/** In the order of the calls. */
	private final Map<Key, Answer> answers = new LinkedHashMap<>();

	private long bytes;

	/**
	 * Which calls are the same.
	 *
	 * @param caller the user, or the stream of one whom nobody knows
	 * @param action name of the action
	 * @param key what the client says
	 */
	record Key(String caller, String action, String key) {
	}

	/** A call, which may still run, and what came of it. */
	private static final class Answer {

		private final long time;

		private final Mono<JsonNode> result;

		private int bytes;

		Answer(long time, Mono<JsonNode> result) {
			this.time = time;
			this.result = result;
		}

	}

	/**
	 * Make a call, unless it has been made.
	 * @param key which one
	 * @param now the time in nanoseconds
	 * @param call makes it
	 * @return what came of it the first time
	 */
	synchronized Mono<JsonNode> once(Key key, long now, Supplier<Mono<JsonNode>> call) {
		dropOld(now);
		Answer known = this.answers.get(key);
		if (known != null) {
			return known.result;
		}
		Answer answer = new Answer(now, call.get().doOnNext((output) -> count(key, output)).cache());
		this.answers.put(key, answer);
		dropBeyondBounds();
		return answer.result;
	}

	private synchronized void count(Key key, JsonNode output) {
		Answer answer = this.answers.get(key);
		if (answer != null) {
			answer.bytes = Values.encodeJson(output).length;
			this.bytes += answer.bytes;
			dropBeyondBounds();
		}
	}

	private void dropOld(long now) {
		Iterator<Answer> oldest = this.answers.values().iterator();
		while (oldest.hasNext()) {
			Answer answer = oldest.next();
			if (now - answer.time < MAX_AGE_NANOS) {
				return;
			}
			drop(oldest, answer);
		}
	}

	/** The newest stays, however long it is. */
	private void dropBeyondBounds() {
		Iterator<Answer> oldest = this.answers.values().iterator();
		while (this.answers.size() > 1 && (this.answers.size() > MAX_ANSWERS || this.bytes > MAX_BYTES)) {
			drop(oldest, oldest.next());
		}
	}

	private void drop(Iterator<Answer> answers, Answer answer) {
		answers.remove();
		this.bytes -= answer.bytes;
	}

}
