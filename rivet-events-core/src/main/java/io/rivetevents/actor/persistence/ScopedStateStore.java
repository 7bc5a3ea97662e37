/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * Calls a store without a caller on the thread, and removes thread-bound data afterwards.
 * A failure of the store is logged, and becomes {@code state.unavailable} for callers. So
 * does an {@link Error}, such as a missing class of its driver: Reactor would rethrow it,
 * and the turn would never end.
 */
public final class ScopedStateStore extends DelegatingActorStateStore {

	private static final Log logger = LogFactory.getLog(ScopedStateStore.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private final CallerScope callers;

	/**
	 * Creates a store.
	 * @param store store of the application
	 * @param callers scopes of callers
	 */
	public ScopedStateStore(ActorStateStore store, CallerScope callers) {
		super(store);
		this.callers = callers;
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return call(() -> "load " + address, () -> delegate().load(address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return call(() -> "load the actor with the id " + SafeText.of(actorId), () -> delegate().loadById(actorId));
	}

	@Override
	public void commit(Change change) {
		run(() -> "save " + change.actor().address(), () -> delegate().commit(change));
	}

	@Override
	public void delete(StoredActor actor) {
		run(() -> "delete " + actor.address(), () -> delegate().delete(actor));
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		return call(() -> "list " + SafeText.of(name), () -> delegate().list(namespace, name, after, limit));
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		return call(() -> "load events of " + actorId, () -> delegate().events(actorId, limit));
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		return call(() -> "load an answer of " + actorId, () -> delegate().answer(actorId, key));
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		return call(() -> "load schedules of " + actorId, () -> delegate().schedules(actorId));
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return call(() -> "find due schedules", () -> delegate().due(until, after, limit));
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		run(() -> "postpone a schedule of " + due.actorId(), () -> delegate().postpone(due, until));
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		return call(() -> "load connections of " + actorId, () -> delegate().connections(actorId));
	}

	@Override
	public long heapOf(StoredActor actor) {
		return call(() -> "measure " + actor.address(), () -> delegate().heapOf(actor));
	}

	private <T extends @Nullable Object> T call(Supplier<String> purpose, Supplier<T> access) {
		try {
			return Guarded.call(() -> this.callers.call(null, access));
		}
		catch (StaleStateException | RivetException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "The store failed to " + purpose.get());
			throw (ex instanceof UncertainOutcome) ? new UncertainSaveException()
					: new RivetException(ErrorCode.STATE_UNAVAILABLE);
		}
	}

	private void run(Supplier<String> purpose, Runnable access) {
		this.<@Nullable Void>call(purpose, () -> {
			access.run();
			return null;
		});
	}

}
