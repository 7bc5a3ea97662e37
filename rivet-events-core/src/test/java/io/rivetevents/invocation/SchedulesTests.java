/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.Assert;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.Schedule;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.contract.History;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Schedules of instances in virtual time. A harness that is left without being closed has
 * saved nothing more, as after a crash.
 */
class SchedulesTests {

	private static final Instant START = Instant.parse("2026-11-27T08:00:00Z"); // a
																				// Friday

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private Duration jump = Duration.ZERO;

	private final Clock clock = new Clock() {

		@Override
		public Instant instant() {
			return START.plus(SchedulesTests.this.jump).plusNanos(SchedulesTests.this.timers.now(TimeUnit.NANOSECONDS));
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	};

	private final FailingStore store = new FailingStore(this.clock);

	private final Diary diary = new Diary(this.clock);

	private final List<ActorHarness> harnesses = new ArrayList<>();

	private final List<Schedule> failed = new ArrayList<>();

	private final ActorObserver observer = new ActorObserver() {

		@Override
		public void scheduleFailed(ActorAddress actor, Schedule schedule, Throwable failure) {
			SchedulesTests.this.failed.add(schedule);
		}

	};

	private final List<Process> processes = new ArrayList<>();

	private ActorHarness harness;

	@BeforeEach
	void start() {
		this.harness = start(this.diary, new Early(), new Sleepy(), new Crier());
	}

	private ActorHarness start(Object... actors) {
		Process process = new Process(this.store);
		this.processes.add(process);
		ActorHarness harness = ActorHarness.withClock(this.timers, this.clock, process,
				new ActorHarness.Neighbours(List.of(), List.of(), this.observer), actors);
		this.harnesses.add(harness);
		return harness;
	}

	@AfterEach
	void close() {
		Collections.reverse(this.harnesses);
		this.harnesses.forEach((each) -> each.node().stop().subscribe());
		this.timers.advanceTimeBy(Duration.ofMinutes(5));
	}

	/** Leaves the process behind, as kill -9 does, and starts another one later. */
	private void restartAfter(Duration downtime) {
		this.processes.forEach((process) -> process.dead = true);
		this.jump = this.jump.plus(downtime);
		start();
	}

	private JsonNode call(String action, Object... args) {
		return this.harness.call(Diary.class, "k", action, args);
	}

	/** Lets time pass. What is due runs on this thread. */
	private void pass(Duration time) {
		this.timers.advanceTimeBy(time);
	}

	private void assertEntries(String... entries) {
		assertThat(this.diary.entries).containsExactly(entries);
	}

	private void assertState(String state) {
		assertThat(call("read").asString()).isEqualTo(state);
	}

	private JsonNode only() {
		JsonNode listed = call("list");
		assertThat(listed.size()).isOne();
		return listed.get(0);
	}

	@Test
	void anActionRunsAfterADelay() {
		call("after", 5000, "once");
		pass(Duration.ofMillis(4900));
		assertThat(call("read").asString()).isEmpty();
		pass(Duration.ofMillis(200));
		assertState("once@5 ");
		assertThat(call("list").size()).isZero();
	}

	@Test
	void anActionThatIsDueImmediatelyRunsImmediately() {
		call("after", 0, "now");
		assertState("now@0 ");
	}

	@Test
	void aScheduleOutlivesTheProcess() {
		call("after", 60_000, "later");
		restartAfter(Duration.ofHours(1));
		pass(Duration.ofSeconds(1));
		assertState("later@3600 ");
	}

	@Test
	void aNamedScheduleIsReplaced() {
		call("named", "x", 2000, "first");
		call("named", "x", 4000, "second");
		pass(Duration.ofSeconds(3));
		pass(Duration.ofSeconds(3));
		assertState("second@4 ");
	}

	@Test
	void aCancelledScheduleDoesNotRun() {
		call("named", "x", 2000, "never");
		assertThat(call("cancel", "x").asBoolean()).isTrue();
		assertThat(call("cancel", "x").asBoolean()).isFalse();
		call("after", 3000, "end");
		pass(Duration.ofSeconds(4));
		assertState("end@3 ");
	}

	@Test
	void aCronScheduleRunsAgainAndAgain() {
		call("cron", "0 9 * * MON", "Europe/Berlin", "monday");
		pass(Duration.ofDays(3));
		assertState("monday@259200 "); // Monday, 08:00 in UTC
		pass(Duration.ofDays(7));
		assertState("monday@259200 monday@864000 ");
		JsonNode listed = call("list");
		assertThat(listed.get(0).path("cron").asString()).isEqualTo("0 9 * * MON");
		assertThat(listed.get(0).path("next").asString()).startsWith("2026-12-14T08:00:00");
	}

	@Test
	void missedTimesAreRunOnceEachOrNot() {
		call("every", 10_000, "ONE", "one");
		call("every", 600_000, "ALL", "all");
		call("every", 15_000, "NONE", "none");
		restartAfter(Duration.ofMinutes(31));
		pass(Duration.ofNanos(1));
		assertThat(this.diary.entries).containsExactlyInAnyOrder("one@1860", "all@1860", "all@1860", "all@1860");
		this.diary.entries.clear();
		pass(Duration.ofSeconds(20));
		assertEntries("one@1870", "none@1875", "one@1880");
	}

	@Test
	void aShortDelayIsNotAMissedTime() {
		call("every", 60_000, "NONE", "none");
		restartAfter(Duration.ofSeconds(119));
		pass(Duration.ofNanos(1));
		assertEntries("none@119");
		pass(Duration.ofSeconds(1));
		assertEntries("none@119", "none@120");
	}

	@Test
	void aFailedActionLeavesNothingAndIsTriedAgain() {
		this.diary.failures.set(2);
		call("after", 1000, "tried");
		pass(Duration.ofSeconds(1));
		assertState("");
		assertThat(only().path("attempts").asInt()).isOne();
		pass(Duration.ofSeconds(1));
		assertThat(only().path("attempts").asInt()).isEqualTo(2);
		pass(Duration.ofSeconds(2));
		assertState("tried@4 ");
		assertThat(this.diary.attempts).containsExactly("tried@1", "tried@2", "tried@4");
		assertThat(call("list").size()).isZero();
		assertThat(this.failed).isEmpty();
	}

	@Test
	void aScheduleThatFailsFiveTimesIsKept() {
		this.diary.failures.set(100);
		call("after", 1000, "tried");
		pass(Duration.ofDays(1));
		assertThat(this.diary.attempts).containsExactly("tried@1", "tried@2", "tried@4", "tried@8", "tried@16");
		Schedule listed = this.harness.mapper().convert(only(), Schedule.class);
		assertThat(listed.failed()).isTrue();
		assertThat(listed.next()).isNull();
		assertThat(listed.attempts()).isEqualTo(5);
		assertThat(listed.error()).isEqualTo("user.unlucky");
		assertThat(this.failed).containsExactly(listed);
		assertState("");
		assertThat(call("cancel", listed.name()).asBoolean()).isTrue();
	}

	@Test
	void aRepeatedScheduleContinuesAfterFiveFailures() {
		this.diary.failures.set(5);
		call("every", 60_000, "ONE", "again");
		pass(Duration.ofMinutes(1).plusSeconds(15));
		assertThat(this.failed).hasSize(1);
		assertThat(only().path("error").asString()).isEqualTo("user.unlucky");
		assertThat(only().path("failed").asBoolean()).isFalse();
		pass(Duration.ofSeconds(45));
		assertState("again@120 ");
		assertThat(only().path("error").isNull()).isTrue();
	}

	@Test
	void anActionThatIsGoneFails() {
		start(new Before.Diary()).call(Before.Diary.class, "k", "begin");
		restartAfter(Duration.ofMinutes(1));
		pass(Duration.ofSeconds(20));
		assertThat(only().path("error").asString()).isEqualTo("actor.action_not_found");
		assertThat(only().path("failed").asBoolean()).isTrue();
	}

	@Test
	void aNodeWithoutTheActorDelaysNoOther() {
		call("after", 5000, "later");
		this.processes.forEach((process) -> process.dead = true);
		start(new Early());
		pass(Duration.ofMinutes(10));
		this.processes.forEach((process) -> process.dead = true);
		start(this.diary);
		pass(Duration.ofSeconds(1));
		assertEntries("later@600");
	}

	@Test
	void aRunThatCannotBeCommittedIsRepeatedAndHasItsEffectOnce() {
		call("after", 1000, "once");
		this.store.failing.set(6);
		pass(Duration.ofMinutes(2));
		assertThat(this.store.failing).hasValue(0);
		assertThat(this.diary.attempts).containsExactly("once@1", "once@2", "once@4", "once@8", "once@16", "once@32",
				"once@62");
		assertState("once@62 ");
		assertThat(this.failed).isEmpty();
	}

	/** It runs again only if nothing was stored. */
	@ParameterizedTest
	@CsvSource({ "true, once@1", "false, once@1 once@2" })
	void aRunWhoseCommitIsUncertainHasItsEffectOnce(boolean stored, String attempts) {
		call("after", 1000, "once");
		this.store.uncertain.set(1);
		this.store.storesUncertain = stored;
		pass(Duration.ofSeconds(5)); // it is still in memory
		assertThat(this.diary.attempts).containsExactly(attempts.split(" "));
		assertState(attempts.substring(attempts.length() - "once@1".length()) + " ");
		assertThat(call("list").size()).isZero();
	}

	@Test
	void whatTheWakeOfAFailedRunHasScheduledIsKept() {
		this.harness.call(Sleepy.class, "k", "begin");
		this.harness.call(Sleepy.class, "k", "sleep");
		pass(Duration.ofSeconds(5));
		assertThat(names(this.harness, Sleepy.class)).contains("heartbeat");
	}

	@Test
	void whatTheWakeOfAFailedRunHasSentIsStored() {
		ActorAddress address = ActorHarness.address(Crier.class, "k");
		this.harness.call(Crier.class, "k", "begin");
		pass(Duration.ofSeconds(5));
		assertThat(this.store.events(this.store.load(address).actorId(), 10)).extracting(StoredEvent::name)
			.containsExactly("woken", "woken");
	}

	@Test
	void aScheduleThatEachWakeSetsAgainKeepsItsTimes() {
		Sleepy.BEATS.set(0);
		for (int i = 0; i < 6; i++) {
			this.harness.call(Sleepy.class, "k", "names"); // wakes it
			this.harness.call(Sleepy.class, "k", "sleep");
			pass(Duration.ofMinutes(20));
		}
		assertThat(Sleepy.BEATS).hasValue(2);
		this.harness.call(Sleepy.class, "k", "sleep");
		pass(Duration.ofMinutes(60));
		assertThat(Sleepy.BEATS).hasValue(3);
	}

	@Test
	void aRunCannotSaveItself() {
		call("after", 1000, "save");
		pass(Duration.ofSeconds(1));
		assertState("");
		assertThat(only().path("error").asString()).isEqualTo("rivetkit.internal_error");
	}

	@Test
	void aMovedScheduleRunsAtItsNewTime() {
		call("named", "x", 800, "early");
		pass(Duration.ofMillis(100));
		call("named", "x", 800, "late");
		pass(Duration.ofMillis(799));
		assertEntries();
		pass(Duration.ofMillis(1));
		assertThat(this.diary.entries).hasSize(1);
	}

	@Test
	void aSingleScheduleIsNeverMissed() {
		call("skippable", 5000, "late");
		restartAfter(Duration.ofHours(1));
		pass(Duration.ofSeconds(1));
		assertThat(this.diary.entries).hasSize(1);
	}

	@Test
	void aRunWhoseStateIsTooLargeIsAFailedAttempt() {
		call("after", 1000, "x".repeat(5_000));
		this.diary.onWrite = () -> this.diary.text = "y".repeat(5_000_000);
		pass(Duration.ofSeconds(1));
		assertState("");
		assertThat(only().path("error").asString()).isEqualTo("state.too_large");
		this.diary.onWrite = () -> this.diary.text = "";
		pass(Duration.ofSeconds(1));
		assertThat(call("list").size()).isZero();
	}

	@Test
	void aProcessThatEndsBetweenRunningAndCommittingRunsAgain() {
		call("after", 1000, "once");
		this.diary.onWrite = () -> this.processes.forEach((process) -> process.dead = true);
		pass(Duration.ofSeconds(1));
		this.diary.onWrite = () -> {
		};
		restartAfter(Duration.ofSeconds(5));
		pass(Duration.ofSeconds(1));
		assertThat(this.diary.entries).hasSize(2);
		assertState("once@6 ");
	}

	@Test
	void aScheduleIsNotKeptIfItsTurnCannotBeCommitted() {
		call("read");
		this.store.failing.set(1);
		assertThatThrownBy(() -> call("after", 1000, "x")).isInstanceOf(RivetException.class)
			.hasMessageContaining("The state cannot be");
		assertThat(call("list").size()).isZero();
	}

	@Test
	void anActionCanReplaceItsOwnSchedule() {
		call("named", "chain", 1000, "chain");
		pass(Duration.ofSeconds(1));
		assertState("chain@1 ");
		pass(Duration.ofSeconds(1));
		assertState("chain@1 chain@2 ");
		assertThat(call("list").size()).isOne();
	}

	@Test
	void aClockThatGoesBackRunsNothingTwice() {
		call("every", 10_000, "ONE", "tick");
		pass(Duration.ofSeconds(10));
		assertEntries("tick@10");
		this.jump = Duration.ofSeconds(-10);
		pass(Duration.ofSeconds(10));
		assertEntries("tick@10");
		pass(Duration.ofSeconds(11));
		assertEntries("tick@10", "tick@20");
	}

	@Test
	void aClockThatJumpsForthAndBackLosesNothingAndRunsNothingTwice() {
		call("after", 60_000, "once");
		call("every", 10_000, "ALL", "tick");
		this.jump = Duration.ofSeconds(30);
		pass(Duration.ofSeconds(2));
		assertEntries("tick@31", "tick@31", "tick@31");
		this.jump = Duration.ofSeconds(-30);
		pass(Duration.ofSeconds(60));
		assertEntries("tick@31", "tick@31", "tick@31");
		this.jump = Duration.ZERO;
		pass(Duration.ofSeconds(1));
		assertThat(this.diary.entries).extracting((entry) -> entry.replaceAll("@.*", ""))
			.containsExactlyInAnyOrder("once", "tick", "tick", "tick", "tick", "tick", "tick");
	}

	@Test
	void aDailyScheduleRunsOnEachDayThatTheClocksAreChanged() {
		this.jump = Duration.between(START, Instant.parse("2027-03-27T12:00:00Z"));
		call("cron", "30 2 * * *", "Europe/Berlin", "night");
		pass(Duration.ofHours(36));
		this.jump = Duration.between(START, Instant.parse("2027-10-29T00:00:00Z"));
		restartAfter(Duration.ZERO);
		pass(Duration.ofSeconds(1)); // the time that was missed
		pass(Duration.ofHours(60));
		assertThat(this.diary.times).startsWith(Instant.parse("2027-03-28T01:30:00Z"))
			.endsWith(Instant.parse("2027-10-31T00:30:00Z"), Instant.parse("2027-11-01T01:30:00Z"));
	}

	/** Such as one with the schema of version 1. */
	@Test
	void aNodeWithoutSchedulesChangesTheInstanceAndKeepsThem() {
		call("after", 60_000, "kept");
		StoredActor stored = this.store.load(ActorHarness.address(Diary.class, "k"));
		restartAfter(Duration.ZERO);
		this.store.save(stored.toBuilder()
			.version(stored.version() + 1)
			.generation(stored.generation() + 1)
			.state("{\"text\":\"other \"}".getBytes(StandardCharsets.UTF_8))
			.build(), stored.version());
		pass(Duration.ofSeconds(61));
		assertState("other kept@60 ");
		assertThat(call("list").size()).isZero();
	}

	@Test
	void schedulesOfTheCreationAreStoredWithTheInstance() {
		this.harness.call(Early.class, "k", "count");
		restartAfter(Duration.ofSeconds(1));
		pass(Duration.ofSeconds(1));
		assertThat(this.harness.call(Early.class, "k", "count").asInt()).isOne();
	}

	@Test
	void aDeletedInstanceRunsNothing() {
		call("after", 1000, "x");
		this.harness.directory().destroy(ActorHarness.target(Diary.class, "k")).block(ActorHarness.PATIENCE);
		pass(Duration.ofSeconds(5));
		assertEntries();
	}

	@Test
	void manyThatAreDueAtTheSameTimeAllRun() {
		for (int i = 0; i < 5000; i++) {
			this.harness.call(Early.class, "k" + i, "count");
		}
		Early.RAN.set(0);
		pass(Duration.ofSeconds(2));
		assertThat(Early.RAN).hasValue(5000);
	}

	@Test
	void anInstanceHasALimit() {
		for (int i = 0; i < 1000; i++) {
			call("after", 60_000, "x");
		}
		assertThatThrownBy(() -> call("after", 60_000, "x")).isInstanceOf(RivetException.class)
			.hasMessageContaining("overloaded");
		assertThat(call("list").size()).isEqualTo(1000);
	}

	@Test
	void aStoreWithoutSchedulesStopsTheStart() {
		ActorStateStore plain = new DelegatingActorStateStore(this.store) {

			@Override
			public boolean keepsSchedules() {
				return false;
			}

		};
		assertThatThrownBy(() -> ActorHarness.withClock(this.timers, this.clock, plain,
				new ActorHarness.Neighbours(List.of(), List.of(), this.observer), new Second.Bell()))
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("Actor Bell has schedules")
			.hasMessageContaining("override commit and keepsSchedules");
	}

	@Test
	void whatCannotWorkIsRefused() {
		assertThatThrownBy(() -> call("unknown")).hasMessageContaining("An internal error");
		assertThatThrownBy(() -> call("cron", "61 * * * *", "UTC", "x")).isInstanceOf(RivetException.class);
		assertThatThrownBy(() -> call("every", 10, "ONE", "x")).isInstanceOf(RivetException.class);
		assertThat(call("list").size()).isZero();
	}

	/** Leaves the process behind and starts another version of the application. */
	private ActorHarness deploy(Object actor) {
		this.processes.forEach((process) -> process.dead = true);
		return start(actor);
	}

	private List<String> names(ActorHarness harness, Class<?> actor) {
		return harness.call(actor, "k", "names").valueStream().map(JsonNode::asString).toList();
	}

	@Test
	void anInstanceChangesWithTheDeclaredSchedules() {
		assertThat(names(deploy(new First.Bell()), First.Bell.class)).isEmpty();
		Second.Bell bell = new Second.Bell();
		assertThat(names(deploy(bell), Second.Bell.class)).containsExactly("ring", "daily");
		assertThat(names(deploy(new Third.Bell()), Third.Bell.class)).containsExactly("daily");
		pass(Duration.ofMinutes(1));
		assertThat(bell.rung).hasValue(0);
	}

	private static List<String> names(ActorContext<Void, Void> c) {
		return c.schedule().list().stream().map(Schedule::name).toList();
	}

	/** An actor without declared schedules. */
	static class First {

		@Actor
		static class Bell {

			@Action
			List<String> names(ActorContext<Void, Void> c) {
				return SchedulesTests.names(c);
			}

		}

	}

	/** The same actor with two. */
	static class Second {

		@Actor
		static class Bell {

			private final AtomicInteger rung = new AtomicInteger();

			@Action
			List<String> names(ActorContext<Void, Void> c) {
				return SchedulesTests.names(c);
			}

			@ActorSchedule(every = "10s")
			void ring() {
				this.rung.incrementAndGet();
			}

			@ActorSchedule(cron = "@daily", zone = "Europe/Berlin")
			void daily() {
			}

		}

	}

	/** The same actor with one of them. */
	static class Third {

		@Actor
		static class Bell {

			@Action
			List<String> names(ActorContext<Void, Void> c) {
				return SchedulesTests.names(c);
			}

			@ActorSchedule(cron = "@daily", zone = "Europe/Berlin")
			void daily() {
			}

		}

	}

	static class Page {

		public String text = "";

	}

	@Actor
	static class Diary {

		final Queue<String> entries = new ConcurrentLinkedQueue<>();

		final Queue<String> attempts = new ConcurrentLinkedQueue<>();

		final Queue<Instant> times = new ConcurrentLinkedQueue<>();

		final AtomicInteger failures = new AtomicInteger();

		private final Clock clock;

		private Runnable onWrite = () -> {
		};

		private String text = "";

		Diary(Clock clock) {
			this.clock = clock;
		}

		@CreateState
		Page create() {
			return new Page();
		}

		@Action
		String read(ActorContext<Page, Void> c) {
			return c.state().text;
		}

		@Action
		List<Schedule> list(ActorContext<Page, Void> c) {
			return c.schedule().list();
		}

		@Action
		String after(ActorContext<Page, Void> c, long millis, String text) {
			return c.schedule().after(Duration.ofMillis(millis), "write", text);
		}

		@Action
		void skippable(ActorContext<Page, Void> c, long millis, String text) {
			c.schedule().catchUp(CatchUp.NONE).after(Duration.ofMillis(millis), "write", text);
		}

		@Action
		void named(ActorContext<Page, Void> c, String name, long millis, String text) {
			c.schedule().named(name).after(Duration.ofMillis(millis), "write", text);
		}

		@Action
		void cron(ActorContext<Page, Void> c, String expression, String zone, String text) {
			c.schedule().cron(expression, ZoneId.of(zone), text, "write", text);
		}

		@Action
		void every(ActorContext<Page, Void> c, long millis, CatchUp missed, String text) {
			c.schedule().catchUp(missed).every(Duration.ofMillis(millis), text, "write", text);
		}

		@Action
		void unknown(ActorContext<Page, Void> c) {
			c.schedule().after(Duration.ofSeconds(1), "none");
		}

		@Action
		boolean cancel(ActorContext<Page, Void> c, String name) {
			return c.schedule().cancel(name);
		}

		@Action
		void write(ActorContext<Page, Void> c, String text) {
			String entry = text + "@" + Duration.between(START, this.clock.instant()).toSeconds();
			this.attempts.add(entry);
			c.state().text += entry + " ";
			c.schedule().named("lost").after(Duration.ofDays(1), "write", "lost");
			this.onWrite.run();
			if (text.equals("save")) {
				c.saveState();
			}
			c.state().text += this.text;
			if (this.failures.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
				throw new UserError("unlucky", "No luck");
			}
			c.schedule().cancel("lost");
			if (text.equals("chain")) {
				c.schedule().named("chain").after(Duration.ofSeconds(1), "write", "chain");
			}
			this.entries.add(entry);
			this.times.add(this.clock.instant());
		}

	}

	/** An earlier version of the application. */
	static class Before {

		@Actor
		static class Diary {

			@CreateState
			Page create() {
				return new Page();
			}

			@Action
			void begin(ActorContext<Page, Void> c) {
				c.schedule().after(Duration.ofSeconds(1), "gone");
			}

			@Action
			void gone() {
			}

		}

	}

	@Actor
	static class Sleepy {

		static final AtomicInteger BEATS = new AtomicInteger();

		@OnWake
		void woken(ActorContext<Void, Void> c) {
			c.schedule().every(Duration.ofHours(1), "heartbeat", "beat", 1L);
		}

		@Action
		void beat(int number) {
			BEATS.addAndGet(number);
		}

		@Action
		void begin(ActorContext<Void, Void> c) {
			c.schedule().cancel("heartbeat");
			c.schedule().after(Duration.ofSeconds(2), "fail");
		}

		@Action
		void fail() {
			throw new UserError("unlucky", "No luck");
		}

		@Action
		void sleep(ActorContext<Void, Void> c) {
			c.sleep();
		}

		@Action
		List<String> names(ActorContext<Void, Void> c) {
			return SchedulesTests.names(c);
		}

	}

	@Actor
	@History(durable = true)
	static class Crier {

		@OnWake
		void woken(ActorContext<Void, Void> c) {
			c.broadcast("woken");
		}

		@Action
		void begin(ActorContext<Void, Void> c) {
			c.schedule().after(Duration.ofSeconds(2), "fail");
			c.sleep();
		}

		@Action
		void fail(ActorContext<Void, Void> c) {
			c.broadcast("failed");
			throw new UserError("unlucky", "No luck");
		}

	}

	@Actor
	static class Early {

		static final AtomicInteger RAN = new AtomicInteger();

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnCreate
		void created(ActorContext<int[], Void> c) {
			c.schedule().after(Duration.ofSeconds(1), "run");
		}

		@Action
		void run(ActorContext<int[], Void> c) {
			c.state()[0]++;
			RAN.incrementAndGet();
		}

		@Action
		int count(ActorContext<int[], Void> c) {
			return c.state()[0];
		}

	}

	/** The store of one process. */
	private static final class Process extends DelegatingActorStateStore {

		private volatile boolean dead;

		Process(ActorStateStore store) {
			super(store);
		}

		@Override
		public void commit(Change change) {
			Assert.state(!this.dead, "The process is dead");
			super.commit(change);
		}

		@Override
		public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
			return this.dead ? List.of() : super.due(until, after, limit);
		}

	}

	private static final class FailingStore extends DelegatingActorStateStore {

		private final AtomicInteger failing = new AtomicInteger();

		private final AtomicInteger uncertain = new AtomicInteger();

		/** Whether changes with an uncertain outcome take effect. */
		private volatile boolean storesUncertain;

		/** A connection that is lost during a commit. */
		private static final class Lost extends RuntimeException implements UncertainOutcome {

		}

		FailingStore(Clock clock) {
			super(new MemoryActorStateStore(Limits.defaults().stored(), clock));
		}

		@Override
		public void commit(Change change) {
			if (this.failing.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
				throw new IllegalStateException("The disk is full");
			}
			if (this.uncertain.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
				if (this.storesUncertain) {
					super.commit(change);
				}
				throw new Lost();
			}
			super.commit(change);
		}

	}

}
