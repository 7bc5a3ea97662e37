/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.Invocation;
import io.rivetevents.test.simulation.check.Violations;

/**
 * The durable actions of one run that hold their turn. Checks that the state as each of
 * them has left it is stored before the caller receives the result.
 */
public final class DurableActions {

	private final SimulatedActors actors;

	private final Violations violations;

	/** States that are not stored yet. */
	private final Map<CalledAction, byte[]> unsaved = new HashMap<>();

	private final Map<ActorAddress, byte[]> saved = new HashMap<>();

	public DurableActions(SimulatedActors actors, Violations violations) {
		this.actors = actors;
		this.violations = violations;
	}

	/**
	 * Returns the state before or after a durable action.
	 * @return its JSON, {@code null} if the method is not checked
	 */
	public byte @Nullable [] stateOf(Invocation invocation) {
		ActorType type = this.actors.type(invocation.context().name());
		DeclaredType state = (type != null) ? type.stateType() : null;
		ActorType.ActionSettings action = (type != null && invocation.hook() == null) ? type.action(invocation.name())
				: null;
		if (type == null || state == null || action == null || action.interleave()
				|| !(action.durable() || type.settings().state().sync())) {
			return null;
		}
		return state.write(invocation.context().state());
	}

	/** Notes the end of a method that was called with another state. */
	public void ended(Invocation invocation, byte @Nullable [] before) {
		byte[] after = (before != null) ? stateOf(invocation) : null;
		CalledAction call = CalledAction.of(invocation);
		if (after != null && !Arrays.equals(before, after) && !Arrays.equals(this.saved.get(call.actor()), after)) {
			this.unsaved.put(call, after);
		}
	}

	/** Notes that a state has been stored. */
	public void saved(ActorAddress address, byte[] state) {
		this.saved.put(address, state);
		this.unsaved.entrySet()
			.removeIf((entry) -> entry.getKey().actor().equals(address) && Arrays.equals(entry.getValue(), state));
	}

	/** Notes that the caller receives the result or an error. */
	public void answered(ActionCall call, ActionOutcome outcome) {
		byte[] state = this.unsaved.remove(CalledAction.of(call));
		if (state != null && outcome.kind() == ActionOutcome.Kind.SUCCEEDED) {
			this.violations.add("an acknowledged durable action is stored",
					"%s of %s was answered before its state was stored".formatted(call.action(), call.actor()));
		}
	}

}
