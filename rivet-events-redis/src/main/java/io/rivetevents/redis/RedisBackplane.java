/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.Assert;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.ticket.SpentTickets;

/**
 * Carries events and commands over one channel of Redis pub/sub, which stores no
 * messages: a node that is not reachable loses the messages that are published meanwhile.
 * <p>
 * Each event and each command has the id of its node and a number, and each node sends
 * its last numbers in a heartbeat, so that other nodes detect missed messages. A node
 * receives its own messages as well: the echo of its heartbeat proves that its
 * subscription works.
 */
public final class RedisBackplane implements Backplane {

	private static final Log logger = LogFactory.getLog(RedisBackplane.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Thousands of failures can alternate with successes. */
	private static final long WARN_OUTAGE_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

	/** Maximum number of events that Redis has not confirmed. */
	private static final int MAX_IN_FLIGHT = 10_000;

	/** Maximum size of a message without the body of its event, in bytes. */
	static final int MAX_ENVELOPE = 256;

	private static final int SILENT_HEARTBEATS = 3;

	private static final Duration FIRST_RETRY = Duration.ofMillis(100);

	private static final Duration LAST_RETRY = Duration.ofSeconds(5);

	private static final long REMOVE_NODE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final String node;

	private final RedisQueries queries;

	private final LettuceConnectionFactory application;

	private final RedisSettings settings;

	private final Scheduler timers;

	private final AtomicLong published = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong notPublished = new AtomicLong();

	private final AtomicLong lost = new AtomicLong();

	private final AtomicLong interruptions = new AtomicLong();

	private final AtomicLong malformed = new AtomicLong();

	private final AtomicInteger inFlight = new AtomicInteger();

	/** Counted apart from events, so that neither can use up the limit of the other. */
	private final AtomicInteger commandsInFlight = new AtomicInteger();

	private final AtomicBoolean connected = new AtomicBoolean();

	private final AtomicLong outageWarnedAt = new AtomicLong(Long.MIN_VALUE);

	private final NodeSequences sequences = new NodeSequences(REMOVE_NODE_NANOS);

	/** Guards that messages are written in the order of their numbers. */
	private final Object order = new Object();

	private long sequence;

	private long commands;

	private volatile long lastEcho;

	private volatile @Nullable RedisLink link;

	private volatile Disposable running = Disposables.disposed();

	/**
	 * Creates a backplane.
	 * @param node this node
	 * @param application the application's connections to Redis; the backplane opens its
	 * own to the same server
	 * @param settings its settings
	 * @param timers sends heartbeats; is never blocked
	 */
	public RedisBackplane(RedisNode node, LettuceConnectionFactory application, RedisSettings settings,
			Scheduler timers) {
		this.node = node.name();
		this.application = application;
		this.settings = settings;
		this.timers = timers;
		this.queries = new RedisQueries(node, settings, timers, () -> this.link);
	}

	/** Returns what queries the other nodes. */
	public OtherNodes others() {
		return this.queries;
	}

	/**
	 * Returns the tickets that have been used on all nodes. Redis keeps each under a key
	 * of its own until the ticket has expired.
	 * @param clock decides how long that is
	 */
	public SpentTickets spentTickets(InstantSource clock) {
		return new RedisSpentTickets(() -> this.link, this.settings.channel(), clock);
	}

	/** Receivers of the messages of other nodes. */
	private record Receivers(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
	}

	@Override
	public void start(Consumer<AddressedEvent> receiver) {
		start(receiver, (command) -> {
		});
	}

	@Override
	public boolean carriesCommands() {
		return true;
	}

	@Override
	public void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
		Receivers receivers = new Receivers(events, commands);
		RedisLink link = new RedisLink(this.application, this.settings);
		link.start();
		this.link = link;
		Retry forEver = Retry.backoff(Long.MAX_VALUE, FIRST_RETRY)
			.maxBackoff(LAST_RETRY)
			.scheduler(this.timers)
			.doBeforeRetry((signal) -> warnOutage(signal.failure()));
		Mono<Void> connecting = Mono
			.<Void>fromRunnable(() -> link.connect((message) -> receive(message, receivers), this.queries.channel(),
					this.queries::receive))
			.subscribeOn(Schedulers.boundedElastic());
		Disposable receiving = connecting.retryWhen(forEver).subscribe(null, RedisBackplane::ended);
		Disposable watching = link.interruptions().subscribe((event) -> interrupted(), RedisBackplane::ended);
		Disposable beating = Flux.interval(Duration.ZERO, this.settings.heartbeat(), this.timers)
			.onBackpressureDrop()
			.subscribe((tick) -> beat(), RedisBackplane::ended);
		// a connection that was dropped silently appears to be open for hours
		Disposable reviving = Flux.interval(this.settings.heartbeat().multipliedBy(SILENT_HEARTBEATS), this.timers)
			.onBackpressureDrop()
			.filter((tick) -> link.isConnected() && isSilent())
			.concatMap((tick) -> connecting.doOnError(this::warnOutage).onErrorComplete(), 1)
			.subscribe(null, RedisBackplane::ended);
		this.running = Disposables.composite(receiving, watching, beating, reviving);
	}

	private static void ended(Throwable ex) {
		logger.error("A task of the connection to Redis has ended; it begins again with the application", ex);
	}

	@Override
	public void stop() {
		this.running.dispose();
		this.connected.set(false);
		this.queries.connected(false);
		RedisLink link = this.link;
		this.link = null;
		if (link != null) {
			link.stop();
		}
	}

	// Out

	@Override
	public void publish(AddressedEvent dispatch) {
		publish(dispatch, (failure) -> {
		});
	}

	@Override
	public Mono<Void> publishConfirmed(AddressedEvent dispatch) {
		return Mono.create((sink) -> publish(dispatch, (failure) -> {
			if (failure != null) {
				sink.error(failure);
			}
			else {
				sink.success();
			}
		}));
	}

	/**
	 * Publishes an event.
	 * @param ended receives the failure, {@code null} if Redis has accepted the event
	 */
	private void publish(AddressedEvent dispatch, Consumer<@Nullable Throwable> ended) {
		Backplane.checkTravels(dispatch);
		byte[] body = RedisMessage.body(dispatch);
		if (isTooLarge(body, "Event " + SafeText.of(dispatch.event()))) {
			ended.accept(new IllegalStateException("The event is larger than rivet.events.redis.max-message-size"));
			return;
		}
		if (!enter(this.inFlight, "events")) {
			ended.accept(new IllegalStateException("Too many events are waiting for Redis"));
			return;
		}
		synchronized (this.order) {
			this.sequence++;
			write(RedisMessage.event(this.node, this.sequence, body), this.inFlight, ended);
		}
	}

	private boolean enter(AtomicInteger inFlight, String what) {
		if (inFlight.incrementAndGet() <= MAX_IN_FLIGHT) {
			return true;
		}
		inFlight.decrementAndGet();
		failed(new IllegalStateException("%d %s are waiting for Redis".formatted(MAX_IN_FLIGHT, what)));
		return false;
	}

	@Override
	public void publish(NodeCommand command) {
		byte[] body = RedisMessage.body(command);
		if (isTooLarge(body, command.getClass().getSimpleName())) {
			return;
		}
		if (!enter(this.commandsInFlight, "commands")) {
			return;
		}
		synchronized (this.order) {
			this.commands++;
			write(RedisMessage.command(this.node, this.sequence, this.commands, body), this.commandsInFlight,
					(failure) -> {
					});
		}
	}

	private boolean isTooLarge(byte[] body, String what) {
		boolean tooLarge = body.length > this.settings.maxMessageSize();
		if (tooLarge) {
			this.notPublished.incrementAndGet();
			failures.warn("size",
					() -> "%s is not published: its size is %d bytes, and rivet.events.redis.max-message-size is %d"
						.formatted(what, body.length, this.settings.maxMessageSize()));
		}
		return tooLarge;
	}

	private void write(byte[] message, Runnable onSuccess, Consumer<Throwable> onError) {
		RedisLink link = this.link;
		if (link == null) {
			onError.accept(new IllegalStateException("The backplane is not running"));
			return;
		}
		link.publish(message).subscribe((receivers) -> onSuccess.run(), onError);
	}

	private void write(byte[] message, AtomicInteger inFlight, Consumer<@Nullable Throwable> ended) {
		write(message, () -> {
			inFlight.decrementAndGet();
			this.published.incrementAndGet();
			ended.accept(null);
		}, (ex) -> {
			inFlight.decrementAndGet();
			failed(ex);
			ended.accept(ex);
		});
	}

	private void failed(Throwable ex) {
		this.notPublished.incrementAndGet();
		warnOutage(ex);
	}

	/** Limits the rate: an outage can be long. */
	private void warnOutage(Throwable ex) {
		long now = now();
		long before = this.outageWarnedAt.get();
		boolean due = before == Long.MIN_VALUE || now - before >= WARN_OUTAGE_EVERY_NANOS;
		if (due && this.outageWarnedAt.compareAndSet(before, now)) {
			logger.warn("Redis is not reachable, and other nodes miss events until it is: "
					+ NestedExceptionUtils.getMostSpecificCause(ex));
		}
	}

	/** Returns whether the echoes of its own heartbeats are missing. */
	private boolean isSilent() {
		return now() - this.lastEcho > this.settings.heartbeat().toNanos() * SILENT_HEARTBEATS;
	}

	private void beat() {
		if (isSilent()) {
			interrupted();
		}
		synchronized (this.order) {
			write(RedisMessage.heartbeat(this.node, this.sequence, this.commands), () -> {
			}, (ex) -> logger.debug("A heartbeat was not published", ex));
		}
	}

	// In

	/** Called on one thread at a time, by the subscription. */
	private void receive(byte[] bytes, Receivers receivers) {
		RedisMessage message = read(bytes);
		if (message == null) {
			return;
		}
		if (this.node.equals(message.node())) {
			echoed();
			return;
		}
		if (message.node() != null) {
			this.queries.seen(message.node());
			this.lost.addAndGet(this.sequences.missedBefore(message, now()));
		}
		if (message.dispatch() != null) {
			this.received.incrementAndGet();
			deliver(message.dispatch(), receivers.events(),
					(event) -> "Event %s of another node could not be delivered".formatted(SafeText.of(event.event())));
		}
		else if (message.command() != null) {
			this.received.incrementAndGet();
			deliver(message.command(), receivers.commands(),
					(command) -> "A command of another node failed: " + command.getClass().getSimpleName());
		}
	}

	private @Nullable RedisMessage read(byte[] bytes) {
		try {
			Assert.isTrue(bytes.length <= this.settings.maxMessageSize() + MAX_ENVELOPE, "it is too large");
			return RedisMessage.read(bytes);
		}
		catch (IllegalArgumentException ex) {
			String text = "A message of %d bytes on channel %s is ignored: %s".formatted(bytes.length,
					this.settings.channel(), ex.getMessage());
			if (this.malformed.getAndIncrement() == 0) {
				logger.warn(text);
			}
			else {
				logger.debug(text);
			}
			return null;
		}
	}

	private static <T> void deliver(T received, Consumer<T> receiver, Function<T, String> failure) {
		try {
			receiver.accept(received);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> failure.apply(received));
		}
	}

	private void echoed() {
		this.lastEcho = now();
		if (this.connected.compareAndSet(false, true)) {
			this.queries.connected(true);
			logger.info("Connected to the other nodes over Redis channel " + this.settings.channel());
		}
	}

	/** Counts a lost connection once, also if its echo is missing as well. */
	private void interrupted() {
		if (this.connected.compareAndSet(true, false)) {
			this.queries.connected(false);
			this.interruptions.incrementAndGet();
			logger.warn("The connection to Redis was interrupted; events of other nodes may have been missed");
		}
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.connected.get(), this.published.get(), this.received.get(),
				this.notPublished.get(), this.lost.get(), this.interruptions.get(), this.malformed.get());
	}

}
