/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.state.ActionTransaction;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.stream.TurnCommits;
import io.rivetevents.extension.Hook;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Faults that are inlined into methods of the runtime. Public, because the code that is
 * inlined refers to it.
 */
public final class PlantedFaults {

	private static int count;

	/** Message that was overtaken, by queue. */
	private static final Map<OutboundQueue, byte[]> overtaken = new HashMap<>();

	private static boolean polling;

	private PlantedFaults() {
	}

	static void reset() {
		count = 0;
		overtaken.clear();
	}

	/**
	 * Returns the message to read instead of the next one: each third event is overtaken.
	 */
	public static byte @Nullable [] swap(OutboundQueue queue, byte @Nullable [] next) {
		byte[] before = overtaken.remove(queue);
		if (before != null && next != null) {
			overtaken.put(queue, next);
		}
		if (polling || before != null || !isEvent(next) || ++count % 3 != 0) {
			return (before != null) ? before : next;
		}
		polling = true;
		byte[] second = queue.poll();
		polling = false;
		if (second != null) {
			overtaken.put(queue, isEvent(second) ? next : second);
		}
		return isEvent(second) ? second : next;
	}

	private static boolean isEvent(byte @Nullable [] message) {
		return message != null && new String(message, StandardCharsets.UTF_8).contains("\"Event\"");
	}

	/** An event overtakes the one before it. */
	static final class EventsSwapped {

		@Advice.OnMethodExit
		static void exit(@Advice.This OutboundQueue queue, @Advice.Return(readOnly = false) byte[] message) {
			message = PlantedFaults.swap(queue, message);
		}

	}

	/** Returns whether an event is not delivered, or not yet. */
	public static boolean isEvery(int period, OutgoingMessage message) {
		return message.message() instanceof ToClient.Event && ++count % period == 0;
	}

	/** A disconnect hook runs twice. */
	static final class HookTwice {

		@Advice.OnMethodExit
		static void exit(@Advice.Argument(0) Hook hook, @Advice.Return(readOnly = false) Mono<Void> result) {
			if (hook == Hook.DISCONNECT) {
				result = result.repeat(1).then();
			}
		}

	}

	/** A disconnect hook does not run. */
	static final class HookLost {

		@Advice.OnMethodExit
		static void exit(@Advice.Argument(0) Hook hook, @Advice.Return(readOnly = false) Mono<Void> result) {
			if (hook == Hook.DISCONNECT) {
				result = Mono.empty();
			}
		}

	}

	/** An event is not sent. */
	static final class EventLost {

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter(@Advice.Argument(0) OutgoingMessage message) {
			return PlantedFaults.isEvery(7, message);
		}

	}

	/** Turns do not wait for the turn before. */
	static final class TurnsOverlap {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean interleave) {
			interleave = true;
		}

	}

	/** A client that resumes does not receive the first event that it has missed. */
	static final class OffByOne {

		@Advice.OnMethodEnter
		static void enter(@Advice.Argument(value = 0, readOnly = false) long position) {
			position = position + 1;
		}

	}

	/** The first subscription to an event has no effect. */
	static final class LateSubscription {

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter() {
			return PlantedFaults.isEveryThird();
		}

	}

	/** Returns whether a subscription is lost. */
	public static boolean isEveryThird() {
		return ++count % 7 == 0;
	}

	/** A client is not notified that events are missing. */
	static final class GapNotTold {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) ToClient.ResumeOutcome outcome) {
			outcome = new ToClient.ResumeOutcome(ToClient.ResumeOutcome.Kind.RESUMED, 0, null);
		}

	}

	/** A durable action is answered although its state is not saved. */
	static final class AnswerBeforeCommit {

		@Advice.OnMethodEnter
		static void enter(@Advice.Argument(value = 1, readOnly = false) boolean durable) {
			durable = false;
		}

	}

	/** A method is not called. */
	static final class Skipped {

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter() {
			return true;
		}

	}

	/** A save that takes longer than a timeout is taken for one that was not made. */
	static final class SlowSaveFails {

		@Advice.OnMethodEnter
		static Instant enter(@Advice.FieldValue("clock") Clock clock) {
			return clock.instant();
		}

		@Advice.OnMethodExit(onThrowable = Throwable.class)
		static void exit(@Advice.FieldValue("clock") Clock clock, @Advice.Enter Instant start,
				@Advice.Thrown(readOnly = false) Throwable failure) {
			if (failure == null && clock.instant().isAfter(start.plusSeconds(10))) {
				failure = new IllegalStateException("The save has timed out");
			}
		}

	}

	/** Missed times are not skipped. */
	static final class NeverSkipped {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean skipped) {
			skipped = false;
		}

	}

	/** A schedule counts as due as soon as its timer ends. */
	static final class AlwaysDue {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean due) {
			due = true;
		}

	}

	/** An answer is stored with the save after the one of its action. */
	static final class AnswerAfterCommit {

		@Advice.OnMethodEnter
		static StoredAnswer enter(@Advice.Argument(value = 2, readOnly = false) StoredAnswer answer) {
			StoredAnswer later = answer;
			answer = null;
			return later;
		}

		@Advice.OnMethodExit
		static void exit(@Advice.This TurnCommits commits, @Advice.Enter StoredAnswer later) {
			if (later != null) {
				commits.keep(later);
			}
		}

	}

	/** A stored answer is not found. */
	static final class AnswerForgotten {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) StoredAnswer answer) {
			answer = null;
		}

	}

	/** A transaction that was rolled back counts as committed. */
	static final class RollbackIgnored {

		@Advice.OnMethodEnter
		static void enter(@Advice.Argument(value = 0, readOnly = false) ActionTransaction.Outcome outcome) {
			outcome = ActionTransaction.Outcome.COMMITTED;
		}

	}

}
