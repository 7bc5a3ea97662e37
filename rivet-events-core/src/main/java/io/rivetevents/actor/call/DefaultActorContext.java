/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.CurrentContext;
import io.rivetevents.actor.Schedules;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.actor.schedule.ContextSchedules;
import io.rivetevents.actor.turn.TurnWork;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.protocol.ActorKey;

/**
 * The context of one call: the instance and the caller.
 */
final class DefaultActorContext extends EventTargets<@Nullable Object>
		implements ActorContext<@Nullable Object, @Nullable Object> {

	private final ContextInstance instance;

	private final @Nullable ActorConnection caller;

	/** Whether the method runs in a turn, where the state may be used. */
	private final boolean withinTurn;

	/** Replaces the instance before it exists. */
	private final @Nullable Draft draft;

	/** The action, if a transaction of the application may commit it. */
	private final @Nullable JoinedAction action;

	DefaultActorContext(ContextInstance instance, @Nullable ActorConnection caller) {
		this(instance, caller, true, null, null, null);
	}

	DefaultActorContext(ContextInstance instance, @Nullable ActorConnection caller, @Nullable JoinedAction action,
			@Nullable ClientUsage payer) {
		this(instance, caller, true, null, action, payer);
	}

	private DefaultActorContext(ContextInstance instance, @Nullable ActorConnection caller, boolean withinTurn,
			@Nullable Draft draft, @Nullable JoinedAction action, @Nullable ClientUsage payer) {
		super(instance.targets(payer));
		this.action = action;
		this.instance = instance;
		this.caller = caller;
		this.withinTurn = withinTurn;
		this.draft = draft;
	}

	static DefaultActorContext outsideTurns(ContextInstance instance) {
		return new DefaultActorContext(instance, null, false, null, null, null);
	}

	static DefaultActorContext beforeCreation(ContextInstance instance, Draft draft) {
		return new DefaultActorContext(instance, null, false, draft, null, null);
	}

	boolean isWithinTurn() {
		return this.withinTurn;
	}

	@Nullable JoinedAction action() {
		return this.action;
	}

	private void checkTurn() {
		Assert.state(this.withinTurn || runsInTurn(),
				"A method with @OnBeforeConnect and no parameter of type ActorContext runs"
						+ " outside the turns of the instance: add the parameter to use the state");
	}

	/** Returns whether this thread is running a method of the instance in its turn. */
	private boolean runsInTurn() {
		return CurrentContext.get() instanceof DefaultActorContext current && current.withinTurn
				&& current.instance == this.instance;
	}

	private void checkExists() {
		Assert.state(this.draft == null, () -> "Instance %s does not exist yet".formatted(address()));
	}

	ActorAddress address() {
		return this.instance.address();
	}

	@Override
	public String name() {
		return this.instance.address().name();
	}

	@Override
	public String namespace() {
		return this.instance.address().namespace();
	}

	@Override
	public ActorKey key() {
		return this.instance.address().key();
	}

	@Override
	public String id() {
		return (this.draft != null) ? this.draft.actor().actorId() : this.instance.actorId();
	}

	@Override
	@SuppressWarnings("NullAway") // without its JSpecify mode it takes C for not nullable
	public @Nullable Object state() {
		checkTurn();
		return this.instance.state().get();
	}

	@Override
	public void setState(@Nullable Object state) {
		checkTurn();
		this.instance.state().set(state);
	}

	@Override
	public Map<String, Object> vars() {
		checkTurn();
		return this.instance.vars().named();
	}

	@Override
	public <V> V vars(Class<V> type) {
		checkTurn();
		return this.instance.vars().typed(type);
	}

	@Nullable JsonNode input() {
		return (this.draft != null) ? this.draft.input() : this.instance.input();
	}

	@Override
	public <T> @Nullable T input(Class<T> type) {
		JsonNode input = input();
		return (input != null) ? this.instance.mapper().convert(input, type) : null;
	}

	@Override
	public Collection<Connection<@Nullable Object>> conns() {
		return this.instance.conns();
	}

	@Override
	public Connection<@Nullable Object> conn() {
		Assert.state(this.caller != null,
				() -> "The call of %s has no connection: a hook of the instance or server code".formatted(address()));
		return this.caller;
	}

	@Override
	public @Nullable Connection<@Nullable Object> conn(String id) {
		return this.instance.conn(id);
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> turn(Supplier<? extends T> work) {
		checkExists();
		if (runsInTurn()) {
			return TurnWork.now(work);
		}
		DefaultActorContext inTurn = this.withinTurn ? this : new DefaultActorContext(this.instance, this.caller);
		return this.instance.turn(MethodInvocation.ofWork(inTurn), work);
	}

	@Override
	public CompletableFuture<@Nullable Void> turn(Runnable work) {
		return this.<@Nullable Void>turn(() -> {
			work.run();
			return null;
		});
	}

	@Override
	public ActorHandle self() {
		checkExists();
		return this.instance.actors().byId(this.instance.actorId());
	}

	@Override
	public ActorHandle actor(String name, ActorKey key) {
		return this.instance.actors().getOrCreate(name, key);
	}

	@Override
	public ActorHandle actorWithInput(Object input, String name, ActorKey key) {
		return this.instance.actors().getOrCreateWithInput(input, name, key);
	}

	@Override
	public Schedules schedule() {
		checkExists();
		checkTurn();
		return new ContextSchedules(name(), this.instance::hasAction, this.instance.mapper(),
				this.instance.state().schedules());
	}

	@Override
	public void destroy() {
		checkExists();
		this.instance.requestDestroy();
	}

	@Override
	public void sleep() {
		checkExists();
		this.instance.requestSleep();
	}

	@Override
	public void saveState() {
		checkExists();
		Assert.state(this.action == null || !this.action.isJoined(),
				"saveState() was called in a transaction, whose commit saves the state");
		this.instance.saveNow();
	}

}
