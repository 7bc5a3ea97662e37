/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.lang.instrument.Instrumentation;
import java.util.function.UnaryOperator;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.StoredActor;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Plants one fault at a time in the runtime, by a wrapper of the store or by redefining a
 * class, and checks that the simulation finds it.
 */
class PlantedFaultsTests {

	private static final int SEEDS = 2000;

	private static final Instrumentation INSTRUMENTATION = ByteBuddyAgent.install();

	private final AnnotationConfigApplicationContext beans = RuntimeScenario.beans();

	private final ClassReloadingStrategy redefinition = ClassReloadingStrategy.of(INSTRUMENTATION);

	private Class<?> redefined = Object.class;

	private ClassFileLocator original = ClassFileLocator.NoOp.INSTANCE;

	@BeforeAll
	static void logNothing() {
		LoggingSystem.get(PlantedFaultsTests.class.getClassLoader()).setLogLevel("io.rivetevents", LogLevel.OFF);
	}

	@AfterAll
	static void logAgain() {
		LoggingSystem.get(PlantedFaultsTests.class.getClassLoader()).setLogLevel("io.rivetevents", null);
	}

	@BeforeEach
	void reset() {
		PlantedFaults.reset();
	}

	@AfterEach
	void restore() throws Exception {
		if (this.redefined != Object.class) {
			this.redefinition.reset(this.original, this.redefined);
		}
		this.beans.close();
	}

	@Test
	void findsAStoreWithoutFence() {
		plantStore((store) -> new DelegatingActorStateStore(store) {

			@Override
			public void commit(Change change) {
				StoredActor present = super.load(change.actor().address());
				super.commit(new Change(change.actor(), (present != null) ? present.version() : 0, change.events(),
						change.trimmed(), change.answers(), change.schedules(), change.cancelled(),
						change.connections(), change.disconnected()));
			}

		}, "saves are fenced");
	}

	@Test
	void findsALostSave() {
		plantStore((store) -> new DelegatingActorStateStore(store) {

			private int commits;

			@Override
			public void commit(Change change) {
				if (++this.commits % 5 != 0) {
					super.commit(change);
				}
			}

		}, "");
	}

	@Test
	void findsADisconnectHookThatRunsTwice() throws Exception {
		plant("io.rivetevents.actor.call.MethodInvoker", "tolerant", PlantedFaults.HookTwice.class,
				"one disconnect hook");
	}

	@Test
	void findsALostDisconnectHook() throws Exception {
		plant("io.rivetevents.actor.call.MethodInvoker", "tolerant", PlantedFaults.HookLost.class,
				"one disconnect hook");
	}

	@Test
	void findsALostEvent() throws Exception {
		plant("io.rivetevents.delivery.ActorConnection", "deliver", PlantedFaults.EventLost.class, "");
	}

	@Test
	void findsEventsThatAreSwapped() throws Exception {
		plant("io.rivetevents.outbound.OutboundQueue", "poll", PlantedFaults.EventsSwapped.class, "");
	}

	@Test
	void findsTurnsThatOverlap() throws Exception {
		plant("io.rivetevents.actor.turn.Turn", "interleave", PlantedFaults.TurnsOverlap.class, "do not overlap");
	}

	@Test
	void findsAResumeThatIsOffByOne() throws Exception {
		plant("io.rivetevents.actor.stream.EventHistory", "after", PlantedFaults.OffByOne.class,
				"no event is lost without a notice");
	}

	@Test
	void findsALateSubscription() throws Exception {
		plant("io.rivetevents.delivery.ConnectionIndex", "subscribed", PlantedFaults.LateSubscription.class, "");
	}

	@Test
	void findsAGapWithoutANotice() throws Exception {
		plant("io.rivetevents.protocol.ToClient$ResumeOutcome", "resynced", PlantedFaults.GapNotTold.class, "resumes");
	}

	@Test
	void findsAnAnswerBeforeItsCommit() throws Exception {
		plant("io.rivetevents.actor.stream.TurnCommits", "commit", PlantedFaults.AnswerBeforeCommit.class,
				"an acknowledged durable action is stored");
	}

	@Test
	void findsAForgottenAnswer() throws Exception {
		plant("io.rivetevents.actor.stream.TurnCommits", "answer", PlantedFaults.AnswerForgotten.class, "");
	}

	@Test
	void findsARollbackThatIsIgnored() throws Exception {
		plant("io.rivetevents.actor.call.JoinedAction", "complete", PlantedFaults.RollbackIgnored.class, "");
	}

	@Test
	void findsAnUncertainSaveThatIsTakenForAFailedOne() throws Exception {
		plant("io.rivetevents.actor.stream.TurnCommits", "settle", PlantedFaults.Skipped.class, "");
	}

	@Test
	void findsAScheduleThatIsNotCancelled() throws Exception {
		plant("io.rivetevents.actor.schedule.InstanceSchedules", "remove", PlantedFaults.Skipped.class,
				"runs of replaced and cancelled schedules");
	}

	@Test
	void findsADroppedEventWithoutANotice() throws Exception {
		plant("io.rivetevents.outbound.QueueNotices", "includeDropOf", PlantedFaults.Skipped.class,
				"no event is lost without a notice");
	}

	@Test
	void findsAScheduleThatRunsBeforeItsTime() throws Exception {
		plant("io.rivetevents.actor.schedule.ScheduleEntry", "isDue", PlantedFaults.AlwaysDue.class,
				"runs before their times", Fault.CLOCK_JUMP);
	}

	@Test
	void findsASlowSaveThatIsTakenForAFailedOne() throws Exception {
		plant("io.rivetevents.actor.stream.TurnCommits", "store", PlantedFaults.SlowSaveFails.class, "",
				Fault.SLOW_STORE);
	}

	@Test
	void findsAMissedTimeThatIsNotSkipped() throws Exception {
		plant("io.rivetevents.actor.schedule.ScheduleEntry", "isSkipped", PlantedFaults.NeverSkipped.class,
				"delay of CatchUp.NONE", Fault.SLOW_STORE);
	}

	@Test
	void findsAnAnswerThatIsLostByAKill() throws Exception {
		plant("io.rivetevents.actor.stream.TurnCommits", "commit", PlantedFaults.AnswerAfterCommit.class, "",
				Fault.KILL);
	}

	@Test
	void findsPositionsThatRestartAfterASleep() throws Exception {
		plantInSleep("io.rivetevents.actor.stream.EventStream", "continueFrom",
				"events arrive once and in their order");
	}

	@Test
	void findsAConnectionThatStaysStoredAfterItsEnd() throws Exception {
		plantInSleep("io.rivetevents.actor.persistence.ConnectionRows", "remove",
				"disconnect hooks of each connection that took effect");
	}

	@Test
	void findsMessagesThatAreLostWhileTheirInstanceSleeps() throws Exception {
		plantInSleep("io.rivetevents.actor.hibernation.SleepingInstances", "contains",
				"are answered without faults|events that no connection received");
	}

	private void plantStore(UnaryOperator<ActorStateStore> store, String invariant) {
		assertFound(SimulationSettings.DEFAULTS.withStore(store), invariant, Fault.values());
	}

	private void plant(String type, String method, Class<?> advice, String invariant) throws Exception {
		plant(type, method, advice, invariant, Fault.values());
	}

	/**
	 * Plants a fault that the simulation finds.
	 * @param faults the simulated faults that are to reveal it
	 */
	private void plant(String type, String method, Class<?> advice, String invariant, Fault... faults)
			throws Exception {
		redefine(type, method, advice);
		assertFound(SimulationSettings.DEFAULTS, invariant, faults);
	}

	/**
	 * Plants a method that is not called, which the simulation of sleep finds.
	 * @param invariant pattern of the invariants that it breaks
	 */
	private void plantInSleep(String type, String method, String invariant) throws Exception {
		redefine(type, method, PlantedFaults.Skipped.class);
		try (AnnotationConfigApplicationContext beans = HibernationScenario.beans()) {
			assertThatExceptionOfType(SimulationFailure.class)
				.isThrownBy(() -> HibernationScenario.runner(beans).run(1, SEEDS))
				.withMessageMatching("(?s).*(" + invariant + ").*");
		}
	}

	private void redefine(String type, String method, Class<?> advice) throws Exception {
		this.redefined = Class.forName(type);
		// as it is loaded: the coverage of tests may have changed it
		byte[] loaded = ClassFileLocator.ForInstrumentation.of(INSTRUMENTATION, this.redefined).locate(type).resolve();
		this.original = ClassFileLocator.Simple.of(type, loaded);
		new ByteBuddy().redefine(this.redefined, this.original)
			.visit(Advice.to(advice).on(ElementMatchers.named(method)))
			.make()
			.load(this.redefined.getClassLoader(), this.redefinition);
	}

	private void assertFound(SimulationSettings settings, String invariant, Fault... faults) {
		assertThatExceptionOfType(SimulationFailure.class)
			.isThrownBy(() -> RuntimeScenario.runner(this.beans, settings, faults).run(1, SEEDS))
			.withMessageContaining(invariant);
	}

}
