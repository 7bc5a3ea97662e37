/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import net.bytebuddy.asm.Advice;
import reactor.core.publisher.Mono;

import io.rivetevents.extension.Hook;
import io.rivetevents.protocol.ToClient;

/**
 * Faults that are inlined into methods of the runtime. Public, because the code that is
 * inlined refers to it.
 */
public final class PlantedFaults {

	private PlantedFaults() {
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

	/** Turns do not wait for the turn before. */
	static final class TurnsOverlap {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) boolean interleave) {
			interleave = true;
		}

	}

	/** A client is not notified that events are missing. */
	static final class GapNotTold {

		@Advice.OnMethodExit
		static void exit(@Advice.Return(readOnly = false) ToClient.ResumeOutcome outcome) {
			outcome = new ToClient.ResumeOutcome(ToClient.ResumeOutcome.Kind.RESUMED, 0, null);
		}

	}

}
