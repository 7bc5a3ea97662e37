package io.rivetevents.event;

import java.net.InetSocketAddress;
import java.net.URI;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ActorObserver;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.InvalidArgumentException;
import io.rivetevents.protocol.SafeText;

/**
 * Publishes what happens to the application's listeners. What a listener throws is logged
 * and has no other effect.
 */
public final class EventPublishingObserver implements ActorObserver {

	private static final Log logger = LogFactory.getLog(EventPublishingObserver.class);

	private final ApplicationEventPublisher publisher;

	private final Scheduler workers;

	/**
	 * Create an observer.
	 * @param publisher the application's
	 * @param workers where listeners run that are told of something from an event loop
	 */
	public EventPublishingObserver(ApplicationEventPublisher publisher, Scheduler workers) {
		this.publisher = publisher;
		this.workers = workers;
	}

	@Override
	public void actorCreated(ActorInfo actor) {
		publish(new ActorCreatedEvent(actor));
	}

	@Override
	public void actorWoken(ActorInfo actor) {
		publish(new ActorWokenEvent(actor));
	}

	@Override
	public void actorSlept(ActorInfo actor) {
		publish(new ActorSleptEvent(actor));
	}

	@Override
	public void actorDestroyed(ActorInfo actor) {
		publish(new ActorDestroyedEvent(actor));
	}

	@Override
	public void connectionOpened(Connection<?> connection) {
		publish(new ConnectionOpenedEvent(connection));
	}

	@Override
	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		publish(new ConnectionClosedEvent(connection, reason));
	}

	@Override
	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		BadRequestEvent event = new BadRequestEvent(connection, actor, action, violation.index(), violation.value(),
				violation.text());
		this.workers.schedule(() -> publish(event));
	}

	@Override
	public void slowConsumer(Connection<?> connection) {
		this.workers.schedule(() -> publish(new SlowConsumerEvent(connection)));
	}

	@Override
	public void eventsDropped(Connection<?> connection, String event, long total) {
		this.workers.schedule(() -> publish(new EventDroppedEvent(connection, event, total)));
	}

	@Override
	public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
		this.workers.schedule(() -> publish(new AuthenticationTimedOutEvent(handshake, remoteAddress)));
	}

	private void publish(Object event) {
		try {
			this.publisher.publishEvent(event);
		}
		catch (RuntimeException ex) {
			logger.error("A listener to %s failed".formatted(SafeText.of(event)), ex);
		}
	}

}
