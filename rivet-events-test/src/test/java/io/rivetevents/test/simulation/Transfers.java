/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.call.CurrentTurn;
import io.rivetevents.actor.state.ActionTransaction;
import io.rivetevents.actor.state.ActionTransaction.Outcome;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.test.simulation.actors.SimulatedStore;

/**
 * Transactions of the application around actions: each commits a row of the application
 * together with the actor.
 */
class Transfers implements InvocationDecorator {

	private final List<Integer> rows = new ArrayList<>();

	private @Nullable Simulation simulation;

	/** Begins a run without rows. */
	void begin(Simulation simulation) {
		this.simulation = simulation;
		this.rows.clear();
	}

	/** Returns the rows that were committed. */
	List<Integer> rows() {
		return this.rows;
	}

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		boolean transactional = !invocation.isCheck() && invocation.hook() == null && invocation.name().equals("move");
		ActionTransaction action = transactional ? CurrentTurn.takeAction() : null;
		return (action != null) ? commit(action, call) : call.call();
	}

	private @Nullable Object commit(ActionTransaction action, Callable<@Nullable Object> call) throws Exception {
		Simulation simulation = Objects.requireNonNull(this.simulation);
		SimulatedStore store = simulation.store();
		store.beginTransaction();
		Outcome outcome = Outcome.ROLLED_BACK;
		try {
			action.begin();
			Object result = call.call();
			action.write(result, null);
			if (simulation.random().nextInt(4) == 0) {
				throw new UserError("rolled_back", "The application rolls back");
			}
			store.endTransaction(true);
			outcome = Outcome.COMMITTED;
			this.rows.add((Integer) result);
			return result;
		}
		catch (RuntimeException ex) {
			if (ex instanceof UncertainOutcome) {
				outcome = Outcome.UNCERTAIN;
				this.rows.add(this.rows.size() + 1);
			}
			throw ex;
		}
		finally {
			store.endTransaction(false);
			action.complete(outcome);
		}
	}

}
