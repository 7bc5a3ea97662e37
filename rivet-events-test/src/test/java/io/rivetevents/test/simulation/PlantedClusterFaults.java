/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.List;

import net.bytebuddy.asm.Advice;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ToServer;

/**
 * Faults that are inlined into methods of the cluster. Public, because the code that is
 * inlined refers to it.
 */
public final class PlantedClusterFaults {

	private static int count;

	private PlantedClusterFaults() {
	}

	static void reset() {
		count = 0;
	}

	/** Returns whether something happens now. */
	public static boolean isEvery(int period) {
		return ++count % period == 0;
	}

	/** A node that has an instance is not requested to release it. */
	static final class TakenAtOnce {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) Mono<Boolean> taken) {
			taken = Ownership.NOT_RELEASED;
		}

	}

	/** A condition always holds. */
	static final class Always {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean result) {
			result = true;
		}

	}

	/** A condition never holds. */
	static final class Never {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean result) {
			result = false;
		}

	}

	/** A counter stays at zero. */
	static final class Zero {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) long result) {
			result = 0;
		}

	}

	/** A method is not called. */
	static final class Skipped {

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter() {
			return true;
		}

	}

	/** A frame is not sent, but counts as sent. */
	static final class FrameLost {

		@Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
		static boolean enter() {
			return PlantedClusterFaults.isEvery(20);
		}

	}

	/** A call without a key counts as one that may be sent again. */
	static final class AnyCallRepeated {

		@Advice.OnMethodExit
		static void exit(@Advice.Argument(0) ToServer.ActionRequest request,
				@Advice.Return(readOnly = false) ToServer.ActionRequest result) {
			result = request;
		}

	}

	/** A client is connected again to whatever instance is at the address. */
	static final class AnyAtAddress {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) ActorTarget target) {
			target = target.creates() ? target : new ActorTarget.Get(target.address());
		}

	}

	/** Messages that were held back are not sent. */
	static final class Emptied {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) List<?> result) {
			result = List.of();
		}

	}

}
