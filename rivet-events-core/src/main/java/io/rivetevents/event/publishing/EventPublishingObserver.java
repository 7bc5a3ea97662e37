/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event.publishing;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.event.ActorCreatedEvent;
import io.rivetevents.event.ActorDestroyedEvent;
import io.rivetevents.event.ActorSleptEvent;
import io.rivetevents.event.ActorWokenEvent;
import io.rivetevents.event.AuthenticationTimedOutEvent;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.event.ConnectionClosedEvent;
import io.rivetevents.event.ConnectionOpenedEvent;
import io.rivetevents.event.EventDroppedEvent;
import io.rivetevents.event.LimitWarningEvent;
import io.rivetevents.event.SlowConsumerEvent;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitHits;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * Publishes events of actors and connections to the application's listeners, in the order
 * in which they occur. Events of one connection are published one after another, events
 * of an instance before or after all its other events. Listeners to an event of a
 * connection run within the scope of its client, others within that of the server. All
 * run within the trace of what has caused the event. An exception of a listener is logged
 * and has no other effect.
 */
public final class EventPublishingObserver implements ActorObserver {

	private static final Log logger = LogFactory.getLog(EventPublishingObserver.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Memory of an event and its place without the argument value, in bytes. */
	private static final long WEIGHT = 512;

	/** The instance of events that belong to none. */
	private static final EventOrder.Instance NONE = new EventOrder.Instance("", ActorKey.EMPTY);

	private final ApplicationEventPublisher publisher;

	private final Scheduler workers;

	private final CallerScope callers;

	private final LimitHits hits;

	private final EventOrder order;

	private final ByteBudget budget;

	private final AtomicLong unordered = new AtomicLong();

	/** Places of instances that are leaving memory, until they have left. */
	private final Map<ActorInfo, EventOrder.Place> leaving = new ConcurrentHashMap<>();

	/**
	 * Creates an observer.
	 * @param publisher publisher of the application
	 * @param workers threads for listeners to events of event loops, or that have to wait
	 * for others
	 * @param limits limits of waiting events
	 * @param callers scopes of the listeners
	 */
	public EventPublishingObserver(ApplicationEventPublisher publisher, Scheduler workers, Limits limits,
			CallerScope callers) {
		this.publisher = publisher;
		this.workers = workers;
		this.callers = callers;
		this.hits = limits.hits();
		this.budget = limits.applicationEvents();
		this.order = new EventOrder(this.budget);
		limits.onWarning((limit, ownerKind, owner, used,
				max) -> offerUnordered(new LimitWarningEvent(limit.property(), ownerKind, owner, used, max)));
	}

	@Override
	public void actorCreated(ActorInfo actor) {
		tell(this.order.enter(instance(actor.address()), WEIGHT), new ActorCreatedEvent(actor));
	}

	@Override
	public void actorWoken(ActorInfo actor) {
		tell(this.order.enter(instance(actor.address()), WEIGHT), new ActorWokenEvent(actor));
	}

	/** Takes the place before events of the next instance of the address. */
	@Override
	public void actorLeaves(ActorInfo actor) {
		EventOrder.Place place = this.order.enter(instance(actor.address()), WEIGHT);
		if (place != null) {
			this.leaving.put(actor, place);
		}
	}

	@Override
	public void actorSlept(ActorInfo actor) {
		tell(this.leaving.remove(actor), new ActorSleptEvent(actor));
	}

	@Override
	public void actorDestroyed(ActorInfo actor) {
		tell(this.leaving.remove(actor), new ActorDestroyedEvent(actor));
	}

	@Override
	public void connectionOpened(Connection<?> connection) {
		tell(this.order.enter(instance(connection), connection.id(), WEIGHT), new ConnectionOpenedEvent(connection));
	}

	@Override
	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		tell(this.order.enter(instance(connection), connection.id(), WEIGHT),
				new ConnectionClosedEvent(connection, reason));
	}

	@Override
	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		JsonNode value = violation.value();
		long weight = WEIGHT + ((value != null) ? MessageWeight.of(value) : 0);
		offer(this.order.tryEnter(instance(actor), (connection != null) ? connection.id() : "", weight),
				new BadRequestEvent(connection, actor, action, violation.index(), violation.value(), violation.text()));
	}

	@Override
	public void slowConsumer(Connection<?> connection) {
		offer(this.order.tryEnter(instance(connection), connection.id(), WEIGHT), new SlowConsumerEvent(connection));
	}

	@Override
	public void eventsDropped(Connection<?> connection, String event, long total) {
		offer(this.order.tryEnter(instance(connection), connection.id(), WEIGHT),
				new EventDroppedEvent(connection, event, total));
	}

	@Override
	public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
		offerUnordered(new AuthenticationTimedOutEvent(handshake, remoteAddress));
	}

	/** Publishes an event that has no order, and may be dropped, on a worker. */
	private void offerUnordered(Object event) {
		offer(this.order.tryEnter(NONE, Long.toString(this.unordered.incrementAndGet()), WEIGHT), event);
	}

	/**
	 * Publishes an event that must not be lost: immediately, or on a worker after the
	 * earlier events.
	 * @param place its place; {@code null} if the limit is reached, then it is published
	 * out of order
	 */
	private void tell(EventOrder.@Nullable Place place, Object event) {
		if (place == null) {
			refused(event, "is published out of order");
			publish(event);
		}
		else if (place.isNext()) {
			place.run(() -> publish(event));
		}
		else {
			CallContext cause = CallContext.current();
			Runnable task = () -> place.run(() -> publish(event));
			place.whenNext(() -> onWorker(cause, task, task));
		}
	}

	/**
	 * Publishes an event that may be dropped, on a worker.
	 * @param place its place; {@code null} if the limit is reached, then it is dropped
	 */
	private void offer(EventOrder.@Nullable Place place, Object event) {
		if (place == null) {
			refused(event, "is dropped");
			return;
		}
		CallContext cause = CallContext.current();
		place.whenNext(() -> onWorker(cause, () -> place.run(() -> publish(event)), () -> place.run(() -> logger
			.debug("Did not publish %s because the application is shutting down".formatted(SafeText.of(event))))));
	}

	private void onWorker(CallContext cause, Runnable task, Runnable otherwise) {
		try {
			this.workers.schedule(() -> cause.run(task));
		}
		catch (RejectedExecutionException ex) {
			otherwise.run();
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Failed to schedule an event on a worker; it is published on the current thread if it must not be lost");
			otherwise.run();
		}
	}

	private void refused(Object event, String outcome) {
		if (this.hits.addAndTell(Limit.APPLICATION_EVENTS)) {
			logger
				.warn("%s %s: application listeners are too slow, %d bytes of events are waiting (logged once a minute)"
					.formatted(SafeText.of(event), outcome, this.budget.used()));
		}
	}

	/**
	 * Returns the number of instances with waiting or current events.
	 */
	int instances() {
		return this.order.size();
	}

	private static EventOrder.Instance instance(ActorAddress address) {
		return new EventOrder.Instance(address.name(), address.key());
	}

	private static EventOrder.Instance instance(Connection<?> connection) {
		return new EventOrder.Instance(connection.actorName(), connection.actorKey());
	}

	private static @Nullable Connection<?> connection(Object event) {
		if (event instanceof ConnectionOpenedEvent opened) {
			return opened.connection();
		}
		if (event instanceof ConnectionClosedEvent closed) {
			return closed.connection();
		}
		if (event instanceof BadRequestEvent refused) {
			return refused.connection();
		}
		if (event instanceof SlowConsumerEvent slow) {
			return slow.connection();
		}
		return (event instanceof EventDroppedEvent dropped) ? dropped.connection() : null;
	}

	private void publish(Object event) {
		try {
			Connection<?> connection = connection(event);
			this.callers.run((connection != null) ? CallerScope.client(connection.principal()) : null,
					() -> this.publisher.publishEvent(event));
		}
		catch (Throwable ex) { // also an Error, which would break the instance
			failures.error(ex, () -> "A listener to %s failed".formatted(SafeText.of(event)));
		}
	}

}
