/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Recipients;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.dispatch.AfterCommit;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.delivery.dispatch.Timing;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.TracedWork;

/**
 * Some of the connections of a dispatcher, and how events are sent to them.
 */
final class SelectedRecipients implements Recipients {

	private static final String RESERVED = "rivet:";

	private final Dispatcher dispatcher;

	private final TargetServices services;

	private final Selection selection;

	private final How how;

	/** How an event is sent. */
	private record How(Set<String> tags, boolean droppable, Timing timing) {

		private static final How PLAIN = new How(Set.of(), false, Timing.AT_ONCE);

	}

	SelectedRecipients(Dispatcher dispatcher, TargetServices services, Selection selection) {
		this(dispatcher, services, selection, How.PLAIN);
	}

	private SelectedRecipients(Dispatcher dispatcher, TargetServices services, Selection selection, How how) {
		this.dispatcher = dispatcher;
		this.services = services;
		this.selection = selection;
		this.how = how;
	}

	SelectedRecipients select(Selection selection) {
		return new SelectedRecipients(this.dispatcher, this.services, selection, this.how);
	}

	private Recipients with(How how) {
		return new SelectedRecipients(this.dispatcher, this.services, this.selection, how);
	}

	@Override
	public Receipt broadcast(String event, @Nullable Object... args) {
		return tell(event, argumentsOf(event), true, this.how.droppable(), args);
	}

	@Override
	public Receipt send(String event, @Nullable Object... args) {
		return tell(event, argumentsOf(event), false, this.how.droppable(), args);
	}

	/**
	 * Returns the types that the actor has declared, or else those that apply to all
	 * actors.
	 */
	private List<DeclaredType> argumentsOf(String event) {
		List<DeclaredType> own = this.dispatcher.argumentsOf(event);
		return (own != null) ? own : this.services.contracts().argumentsOf(event);
	}

	@Override
	public <E> E broadcast(Class<E> contract) {
		return implement(contract, true);
	}

	@Override
	public <E> E send(Class<E> contract) {
		return implement(contract, false);
	}

	private <E> E implement(Class<E> contract, boolean subscribed) {
		return contract.cast(this.services.contracts().of(contract).implement((event, args) -> {
			if (subscribed) {
				this.services.contracts().checkDeclared(event);
			}
			tell(event.name(), event.arguments(), subscribed, this.how.droppable() || event.droppable(), args);
		}));
	}

	private Receipt tell(String event, List<DeclaredType> types, boolean subscribed, boolean droppable,
			@Nullable Object[] args) {
		checkName(event);
		TracedWork traced = this.dispatcher.trace(event);
		try {
			AddressedEvent dispatch = new AddressedEvent(this.selection, subscribed, event, values(types, args),
					this.how.tags(), droppable, null, traced.traceparent());
			Receipt receipt = this.how.timing().dispatch(this.dispatcher, dispatch);
			traced.end(ActionOutcome.Kind.SUCCEEDED, null);
			return receipt;
		}
		catch (Throwable ex) {
			traced.end(ActionOutcome.Kind.FAILED, ex);
			throw ex;
		}
	}

	private static void checkName(String event) {
		Assert.hasLength(event, "The name of an event must not be empty");
		Assert.isTrue(event.chars().noneMatch((character) -> character == '\n' || character == '\r' || character == 0),
				"The name of an event must not contain line breaks or null characters");
		Assert.isTrue(!event.startsWith(RESERVED),
				() -> "Event names that start with " + RESERVED + " are reserved for the protocol: " + event);
	}

	/**
	 * Converts at the call: the caller could change a JSON tree while the event waits.
	 */
	private List<JsonNode> values(List<DeclaredType> types, @Nullable Object[] args) {
		JsonNode[] values = new JsonNode[args.length];
		boolean declared = types.size() == args.length;
		for (int i = 0; i < args.length; i++) {
			if (args[i] instanceof JsonNode node) {
				values[i] = node.deepCopy();
			}
			else {
				values[i] = declared ? types.get(i).toTree(args[i]) : this.services.mapper().toTree(args[i]);
			}
		}
		return List.of(values);
	}

	@Override
	public Recipients tagged(String... tags) {
		return with(new How(Set.of(tags), this.how.droppable(), this.how.timing()));
	}

	@Override
	public Recipients droppable() {
		return with(new How(this.how.tags(), true, this.how.timing()));
	}

	@Override
	public Recipients afterCommit() {
		return with(AfterCommit.ofThread(this.services.transactions()));
	}

	@Override
	public Mono<Void> afterCommit(Consumer<? super Recipients> events) {
		return AfterCommit.ofSubscriber((timing) -> events.accept(with(timing)));
	}

	private Recipients with(Timing timing) {
		return with(new How(this.how.tags(), this.how.droppable(), timing));
	}

}
