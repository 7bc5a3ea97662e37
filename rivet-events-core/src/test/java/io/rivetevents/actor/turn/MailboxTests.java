/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

class MailboxTests {

	private final Queue<Runnable> pending = new ArrayDeque<>();

	private final List<String> seen = new ArrayList<>();

	private final Mailbox<Instance> mailbox = new Mailbox<>(1_000, Schedulers.fromExecutor(this.pending::add),
			new WakeupBatches(VirtualTimeScheduler.create()), new Instance(() -> null));

	/** So that the output of all of them is sent in one piece. */
	@Test
	void runsTurnsThatWaitInOneBurst() {
		for (int i = 0; i < 64; i++) {
			this.mailbox.offer(Turn.ofClient((instance) -> {
				this.seen.add("turn");
				WakeupBatches.wakeAtEnd(this::wake);
				return null;
			}, false));
		}
		assertThat(this.pending).hasSize(1);
		this.pending.remove().run();
		assertThat(this.seen.subList(0, 64)).containsOnly("turn");
		assertThat(this.seen.subList(64, this.seen.size())).isNotEmpty().containsOnly("woken");
		assertThat(this.mailbox.isIdle()).isTrue();
	}

	@Test
	void runsWhatDoesNotBlockWhereItComesFrom() {
		assertThat(this.mailbox.offer(Turn.ofCall(call(), turn("a"), false, false))).isEqualTo(Mailbox.Offer.ACCEPTED);
		assertThat(this.seen).containsExactly("a");
		assertThat(this.pending).isEmpty();
		assertThat(this.mailbox.isIdle()).isTrue();
	}

	@Test
	void keepsWhatDoesNotBlockBehindWhatWaits() {
		this.mailbox.offer(Turn.ofRuntime(turn("a")));
		this.mailbox.offer(Turn.ofCall(call(), turn("b"), false, false));
		assertThat(this.seen).isEmpty();
		assertThat(this.pending).hasSize(1);
		this.pending.remove().run();
		assertThat(this.seen).containsExactly("a", "b");
		assertThat(this.mailbox.isIdle()).isTrue();
	}

	@Test
	void leavesToAWorkerWhatComesMeanwhile() {
		this.mailbox.offer(Turn.ofCall(call(), (instance) -> {
			this.mailbox.offer(Turn.ofCall(call(), turn("b"), false, false));
			this.seen.add("a");
			return null;
		}, false, false));
		assertThat(this.seen).containsExactly("a");
		this.pending.remove().run();
		assertThat(this.seen).containsExactly("a", "b");
		assertThat(this.mailbox.isIdle()).isTrue();
	}

	@Test
	void leavesToAWorkerWhatIsLeftOfATurn() {
		this.mailbox.offer(Turn.ofCall(call(), (instance) -> {
			this.seen.add("a");
			return Mono.fromRunnable(() -> this.seen.add("rest"));
		}, false, false));
		this.mailbox.offer(Turn.ofCall(call(), turn("b"), false, false));
		assertThat(this.seen).containsExactly("a");
		this.pending.remove().run();
		assertThat(this.seen).containsExactly("a", "rest", "b");
		assertThat(this.mailbox.isIdle()).isTrue();
	}

	/** The turns of clients are bounded, those of the runtime are not. */
	@Test
	void countsWhatRunsWhereItComesFrom() {
		Mailbox<Instance> small = new Mailbox<>(2, Schedulers.fromExecutor(this.pending::add),
				new WakeupBatches(VirtualTimeScheduler.create()), new Instance(() -> null));
		small.offer(Turn.ofRuntime(turn("runtime")));
		this.pending.remove().run();
		for (int i = 0; i < 10; i++) {
			assertThat(small.offer(Turn.ofCall(call(), turn("a"), false, false))).isEqualTo(Mailbox.Offer.ACCEPTED);
		}
		small.offer(Turn.ofClient(turn("b"), false));
		assertThat(small.offer(Turn.ofCall(call(), turn("c"), false, false))).isEqualTo(Mailbox.Offer.ACCEPTED);
		assertThat(small.offer(Turn.ofCall(call(), turn("d"), false, false))).isEqualTo(Mailbox.Offer.FULL);
	}

	/** No memory of a call or its answer is held once they are over. */
	@ParameterizedTest
	@CsvSource({ "true, true", "true, false", "false, true", "false, false" })
	void keepsNothingOfATurnThatIsOver(boolean blocking, boolean rest) {
		WeakReference<byte[]> answer = runAndForget(blocking, rest);
		assertThat(this.mailbox.isIdle()).isTrue();
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(answer.get()).isNull();
		});
	}

	private WeakReference<byte[]> runAndForget(boolean blocking, boolean rest) {
		byte[] answer = new byte[1024];
		PendingCall call = call();
		call.onCancel(() -> this.seen.add(Arrays.toString(answer)));
		this.mailbox.offer(Turn.ofCall(call,
				(instance) -> rest ? Mono.fromRunnable(() -> this.seen.add("" + answer.length)) : null, false,
				blocking));
		while (!this.pending.isEmpty()) {
			this.pending.remove().run();
		}
		return new WeakReference<>(answer);
	}

	/** A client may still name a call that it has been answered. */
	@Test
	void keepsNothingThatWouldCancelACallThatIsOver() {
		PendingCall call = call();
		WeakReference<byte[]> answer = endAndForget(call);
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(answer.get()).isNull();
		});
		assertThat(call.isCancelled()).isFalse();
	}

	/** Or it would fail again at once, and for ever. */
	@ParameterizedTest
	@CsvSource({ "true, true", "true, false", "false, true", "false, false" })
	void leavesWhatHasFailedBetweenTurnsUntilTheNext(boolean blocking, boolean later) {
		Scheduler workers = Schedulers.fromExecutor(this.pending::add);
		Mono<Void> step = Mono.defer(() -> {
			this.seen.add("step");
			return Mono.error(new IllegalStateException("of the test"));
		});
		Mailbox<Instance> mailbox = new Mailbox<>(1_000, workers, new WakeupBatches(VirtualTimeScheduler.create()),
				new Instance(() -> (this.seen.size() > 10) ? null : later ? step.subscribeOn(workers) : step));
		for (String name : List.of("a", "b")) {
			mailbox.offer(Turn.ofCall(call(), turn(name), false, blocking));
			for (int i = 0; i < 10 && !this.pending.isEmpty(); i++) {
				this.pending.remove().run();
			}
		}
		assertThat(this.seen).containsExactly("a", "step", "b", "step");
		assertThat(mailbox.isIdle()).isTrue();
	}

	private WeakReference<byte[]> endAndForget(PendingCall call) {
		byte[] answer = new byte[1024];
		call.onCancel(() -> this.seen.add(Arrays.toString(answer)));
		call.end();
		return new WeakReference<>(answer);
	}

	private static PendingCall call() {
		return PendingCall.ofRequest(0, null);
	}

	private Function<Instance, @Nullable Mono<Void>> turn(String name) {
		return (instance) -> {
			this.seen.add(name);
			return null;
		};
	}

	private void wake() {
		this.seen.add("woken");
	}

	/** An instance whose turns are over when they return. */
	private record Instance(Supplier<@Nullable Mono<Void>> step) implements Mailbox.Owner<Instance> {

		@Override
		@SuppressWarnings("NullAway")
		public @Nullable Mono<Void> begin(Turn<Instance> turn) {
			return turn.work().apply(null);
		}

		@Override
		public void onceReturned(Runnable next) {
			next.run();
		}

		@Override
		public @Nullable Mono<Void> afterTurn() {
			return this.step.get();
		}

	}

}
