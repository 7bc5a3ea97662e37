/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.lang.instrument.Instrumentation;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Plants one fault at a time in the cluster, by redefining a class, and checks that the
 * simulation of three nodes finds it.
 */
class PlantedClusterFaultsTests {

	private static final int SEEDS = 2000;

	private static final Instrumentation INSTRUMENTATION = ByteBuddyAgent.install();

	private final ClassReloadingStrategy redefinition = ClassReloadingStrategy.of(INSTRUMENTATION);

	// Invariants, as the simulation names them

	private static final String ONE_OWNER = "an instance is in the memory of its owner";

	private static final String NOTHING_LOST = "acknowledged (payments|transfers)";

	private static final String ORDER = "events arrive once and in their order";

	private static final String NOTICE = "no event is lost without a notice";

	/** A frame that is lost can be an event, or the end of a connection. */
	private static final String NOTICE_OR_END = NOTICE + "|each connection is closed";

	private static final String AT_MOST_ONCE = "bookings that have run";

	/** A fault, and the invariant that it breaks. */
	enum Planted {

		/** A node that has an instance is not requested to release it. */
		NO_RELEASE("ownership.ClusterOwnership", "take", PlantedClusterFaults.TakenAtOnce.class, ONE_OWNER,
				Planted::cutOff),

		/** Each node creates and wakes each instance. */
		OWNS_ALL("membership.Membership", "owns", PlantedClusterFaults.Always.class, ONE_OWNER),

		/** Copies of an instance are not compared with the store after a merge. */
		NOT_COMPARED("membership.Membership", "merges", PlantedClusterFaults.Zero.class, NOTHING_LOST),

		/** The smaller part of the nodes goes on. */
		SMALLER_PART("membership.Membership", "isSmallerPart", PlantedClusterFaults.Never.class,
				"the smaller part owns nothing"),

		/** Frames of an earlier session are received. */
		OLD_SESSION("peer.Session", "accepts", PlantedClusterFaults.Always.class, NOTICE_OR_END, Planted::cutOff),

		/** A session goes on after a frame is lost. */
		FRAME_LOST("peer.Session", "add", PlantedClusterFaults.FrameLost.class, NOTICE_OR_END, Planted::cutOff),

		/** A call without a key is sent again after the loss of its node. */
		CALL_REPEATED("link.UnansweredCalls", "repeatable", PlantedClusterFaults.AnyCallRepeated.class, AT_MOST_ONCE,
				ClusterScenario::book),

		/** A call of the server is sent again after the loss of its node. */
		SERVER_CALL_REPEATED("call.Operations", "mayRunTwice", PlantedClusterFaults.Always.class, AT_MOST_ONCE,
				ClusterScenario::book),

		/** A client of a deleted instance is connected to the next one of its key. */
		NEXT_OF_KEY("link.ConnectAttempts", "target", PlantedClusterFaults.AnyAtAddress.class,
				"a session stays with its instance", ClusterScenario::delete),

		/** A gateway resumes from the position at which its client was accepted. */
		POSITION_KEPT("link.ClientSide", "advance", PlantedClusterFaults.Skipped.class, ORDER),

		/** Events of a replay are lost. */
		REPLAY_LOST("link.HeldMessages", "take", PlantedClusterFaults.Emptied.class, NOTICE),

		/** The connections of a lost gateway stay. */
		GATEWAY_KEPT("gateway.PeerGateway", "expire", PlantedClusterFaults.Skipped.class, "each connection is closed"),

		/** A call whose node is lost does not end. */
		CALL_HANGS("call.PendingRequests", "lost", PlantedClusterFaults.Skipped.class, "each call of the server ends"),

		/** A client is not notified that the outcome of its calls is unknown. */
		CLIENT_CALL_HANGS("link.ClientSide", "loseCalls", PlantedClusterFaults.Skipped.class, "no answer");

		private final String type;

		private final String method;

		private final Class<?> advice;

		private final String invariant;

		private final SimulationRunner.Body scenario;

		Planted(String type, String method, Class<?> advice, String invariant) {
			this(type, method, advice, invariant, (simulation) -> RuntimeScenario.run(simulation, true));
		}

		Planted(String type, String method, Class<?> advice, String invariant, SimulationRunner.Body scenario) {
			this.scenario = scenario;
			this.type = "io.rivetevents.cluster." + type;
			this.method = method;
			this.advice = advice;
			this.invariant = invariant;
		}

		/** Faults of the network alone reveal more with fewer seeds. */
		private static void cutOff(Simulation simulation) {
			RuntimeScenario.run(simulation.faults(Fault.PARTITION, Fault.SLOW_NETWORK, Fault.PAUSE), true);
		}

	}

	@BeforeEach
	void reset() {
		PlantedClusterFaults.reset();
	}

	/**
	 * The others take minutes: they are found by more seeds than a build has time for.
	 */
	@ParameterizedTest
	@EnumSource(names = { "NO_RELEASE", "OWNS_ALL", "NOT_COMPARED", "OLD_SESSION", "FRAME_LOST", "CALL_REPEATED",
			"SERVER_CALL_REPEATED", "SMALLER_PART", "NEXT_OF_KEY", "POSITION_KEPT", "REPLAY_LOST" })
	void findsAPlantedFault(Planted fault) throws Exception {
		find(fault);
	}

	@ParameterizedTest
	@EnumSource(names = { "GATEWAY_KEPT", "CALL_HANGS", "CLIENT_CALL_HANGS" })
	@EnabledIfSystemProperty(named = "rivet.test.cluster.whole", matches = "true")
	void findsAFaultThatIsRare(Planted fault) throws Exception {
		find(fault);
	}

	private void find(Planted fault) throws Exception {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("io.rivetevents", LogLevel.OFF);
		Class<?> type = Class.forName(fault.type);
		// as it is loaded: the coverage of tests may have changed it
		byte[] loaded = ClassFileLocator.ForInstrumentation.of(INSTRUMENTATION, type).locate(fault.type).resolve();
		ClassFileLocator original = ClassFileLocator.Simple.of(fault.type, loaded);
		new ByteBuddy().redefine(type, original)
			.visit(Advice.to(fault.advice).on(ElementMatchers.named(fault.method)))
			.make()
			.load(type.getClassLoader(), this.redefinition);
		try (AnnotationConfigApplicationContext beans = RuntimeScenario.beans()) {
			assertThatExceptionOfType(SimulationFailure.class)
				.isThrownBy(() -> ClusterScenario.runner(beans, fault.scenario).run(1, SEEDS))
				.havingCause()
				.withMessageMatching("(?s).*(" + fault.invariant + ").*");
		}
		finally {
			this.redefinition.reset(original, type);
			logging.setLogLevel("io.rivetevents", null);
		}
	}

}
