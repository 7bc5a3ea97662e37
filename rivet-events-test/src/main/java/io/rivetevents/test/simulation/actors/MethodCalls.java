/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.Lifetime;
import io.rivetevents.test.simulation.threads.Trace;

/**
 * The calls of the actors' methods in one run. Checks that turns of an instance in one
 * process do not overlap, and that each connection has one disconnect hook.
 */
public final class MethodCalls implements InvocationDecorator {

	/** Hooks that run in turns of their own. */
	private static final Set<Hook> IN_TURNS = Set.of(Hook.CREATE_CONN_STATE, Hook.CONNECT, Hook.REAUTHENTICATE,
			Hook.DISCONNECT);

	private final SimulatedActors actors;

	private final Trace trace;

	private final Violations violations;

	private final DurableActions durable;

	private final InternalErrors internalErrors;

	/** Running method by the variables of its instance, which each time in memory has. */
	private final Map<Object, String> running = new IdentityHashMap<>();

	/** Numbers of connections in the trace, by their ids. */
	private final Map<String, Integer> numbers = new HashMap<>();

	/** Connections that were accepted, in their order. */
	private final List<Opened> opened = new ArrayList<>();

	/** One client may be connected several times with the same id, at several nodes. */
	private final Map<Connection<?>, Opened> byConnection = new IdentityHashMap<>();

	private final Map<Connection<?>, Boolean> disconnected = new IdentityHashMap<>();

	/** A connection that was accepted. */
	private static final class Opened {

		private final Connection<?> connection;

		private final Lifetime process;

		private boolean closed;

		Opened(Connection<?> connection, Lifetime process) {
			this.connection = connection;
			this.process = process;
		}

	}

	public MethodCalls(SimulatedActors actors, Trace trace, Violations violations, DurableActions durable,
			InternalErrors internalErrors) {
		this.actors = actors;
		this.trace = trace;
		this.violations = violations;
		this.durable = durable;
		this.internalErrors = internalErrors;
	}

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		if (invocation.isCheck()) {
			return call.call();
		}
		note(invocation);
		this.internalErrors.begun(invocation);
		Object instance = holdsTurn(invocation) ? begin(invocation) : null;
		byte[] before = this.durable.stateOf(invocation);
		Object result;
		try {
			result = call.call();
		}
		catch (Throwable ex) {
			this.internalErrors.failed(invocation, ex);
			end(instance);
			throw ex;
		}
		if (result instanceof Mono<?> later) {
			return later.doOnError((ex) -> this.internalErrors.failed(invocation, ex))
				.doOnTerminate(() -> this.durable.ended(invocation, before))
				.doFinally((signal) -> end(instance));
		}
		if (result instanceof CompletionStage<?> later) {
			return later.whenComplete((value, ex) -> {
				if (ex != null) {
					this.internalErrors.failed(invocation, ex);
				}
				this.durable.ended(invocation, before);
				end(instance);
			});
		}
		this.durable.ended(invocation, before);
		end(instance);
		return result;
	}

	private void note(Invocation invocation) {
		Connection<?> connection = invocation.connection();
		ActorAddress address = address(invocation);
		String caller = (connection != null) ? " for connection " + number(connection.id()) : "";
		this.trace.add("%s: %s%s%s".formatted(address, invocation.name(),
				(invocation.hook() == null) ? invocation.args() : "", caller));
		if (invocation.hook() == Hook.DISCONNECT && connection != null
				&& this.disconnected.put(connection, true) != null) {
			this.violations.add("a connection has one disconnect hook",
					"the hook of connection %d was called twice".formatted(number(connection.id())));
		}
	}

	private static ActorAddress address(Invocation invocation) {
		ActorContext<?, ?> context = invocation.context();
		return new ActorAddress(context.namespace(), context.name(), context.key());
	}

	private int number(String connectionId) {
		return this.numbers.computeIfAbsent(connectionId, (id) -> this.numbers.size() + 1);
	}

	private boolean holdsTurn(Invocation invocation) {
		Hook hook = invocation.hook();
		if (hook != null) {
			return IN_TURNS.contains(hook);
		}
		ActorType type = this.actors.type(address(invocation).name());
		return type != null && !type.isInterleaved(invocation.name(), invocation.hasCaller());
	}

	private Object begin(Invocation invocation) {
		Object instance = invocation.context().vars();
		String before = this.running.put(instance, invocation.name());
		if (before != null) {
			this.violations.add("turns of an instance do not overlap",
					"%s began on %s while %s was running".formatted(invocation.name(), address(invocation), before));
		}
		return instance;
	}

	private void end(@Nullable Object instance) {
		if (instance != null) {
			this.running.remove(instance);
		}
	}

	/** Returns the observer of one process. */
	public ActorObserver observer(Lifetime process) {
		return new ActorObserver() {

			@Override
			public void connectionOpened(Connection<?> connection) {
				opened(new Opened(connection, process));
			}

			@Override
			public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
				closed(connection);
			}

			@Override
			public void actionEnded(ActionCall call, ActionOutcome outcome) {
				MethodCalls.this.durable.answered(call, outcome);
				MethodCalls.this.internalErrors.answered(call, outcome);
			}

		};
	}

	private void opened(Opened connection) {
		this.opened.add(connection);
		if (this.byConnection.put(connection.connection, connection) != null) {
			this.violations.add("a connection is opened once",
					"connection %d".formatted(number(connection.connection.id())));
		}
	}

	private void closed(Connection<?> closed) {
		Opened connection = this.byConnection.get(closed);
		if (connection == null || connection.closed) {
			this.violations.add("a connection is closed once", "connection %d".formatted(number(closed.id())));
			return;
		}
		connection.closed = true;
	}

	/**
	 * Checks, after all clients have left, that each connection has been closed and that
	 * its hook has run, except where the process was killed.
	 */
	public void checkAllClosed() {
		this.opened.stream().filter((connection) -> !connection.process.isOver()).forEach(this::checkClosed);
	}

	/** Checks the same for a process that is about to end. */
	public void checkClosed(Lifetime process) {
		this.opened.stream().filter((connection) -> connection.process == process).forEach(this::checkClosed);
	}

	private void checkClosed(Opened opened) {
		Connection<?> connection = opened.connection;
		if (!opened.closed) {
			this.violations.add("each connection is closed",
					"connection %d is still open".formatted(number(connection.id())));
		}
		if (hasHookHere(connection) && !this.disconnected.containsKey(connection)) {
			this.violations.add("a connection has one disconnect hook",
					"the hook of connection %d was not called".formatted(number(connection.id())));
		}
	}

	/** The next process calls the hook of a connection that has slept in this one. */
	private boolean hasHookHere(Connection<?> connection) {
		ActorType type = this.actors.type(connection.actorName());
		return type != null && type.hooks().contains(Hook.DISCONNECT) && !type.settings().hibernation().enabled();
	}

}
