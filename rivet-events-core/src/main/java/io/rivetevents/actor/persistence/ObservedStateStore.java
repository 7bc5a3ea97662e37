/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Duration;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.Observers;
import io.rivetevents.observation.TracedWork;

/**
 * A store that reports saves to observers, and traces them.
 */
public final class ObservedStateStore extends DelegatingActorStateStore {

	private final Observers observers;

	/**
	 * Creates a store.
	 * @param store saves the instances
	 * @param observers receive the outcome of each save
	 */
	public ObservedStateStore(ActorStateStore store, Observers observers) {
		super(store);
		this.observers = observers;
	}

	@Override
	public void commit(Change change) {
		ActorAddress address = change.actor().address();
		byte[] state = change.actor().state();
		int bytes = (state != null) ? state.length : 0;
		TracedWork traced = this.observers.traceSave(address);
		long start = this.observers.now();
		try (CallContext.Scope scope = traced.enter()) {
			super.commit(change);
		}
		catch (Throwable ex) {
			traced.end(ActionOutcome.Kind.FAILED, ex);
			this.observers.saveFailed(address, bytes, since(start), ex);
			throw ex;
		}
		traced.end(ActionOutcome.Kind.SUCCEEDED, null);
		this.observers.stateSaved(address, bytes, since(start));
	}

	private Duration since(long start) {
		return Duration.ofNanos(this.observers.now() - start);
	}

}
