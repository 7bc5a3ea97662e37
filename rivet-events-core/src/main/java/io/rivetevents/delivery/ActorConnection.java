/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.security.Principal;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Recipients;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.inbound.HandledReport;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.call.PendingCalls;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The server side of one client connection, from its acceptance until its last hook has
 * run. It holds no socket, only the outbound path: a queue on this node, or the queue of
 * another node, reached through its {@link io.rivetevents.outbound.Gateway}.
 */
public final class ActorConnection extends ForwardingRecipients
		implements Connection<@Nullable Object>, ClientRequests.Receiver {

	private static final Log logger = LogFactory.getLog(ActorConnection.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final long REPORT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * Heap bytes of a subscription and its index entries, in addition to its name and
	 * tags.
	 */
	private static final int SUBSCRIPTION_BYTES = 400;

	/**
	 * Size up to which the subscriptions are in an immutable map; most clients have
	 * fewer.
	 */
	private static final int FEW = 8;

	private volatile ConnectRequest request;

	private final Outbound outbound;

	private volatile ConnectionScope owner;

	/**
	 * Tags by event name; an empty set subscribes to all events of the name. A small map
	 * is copied on change; a large one is concurrent and changed in place.
	 */
	private volatile Map<String, Set<String>> subscriptions = Map.of();

	/** Contract events of the actor whose name is also guarded by another contract. */
	private volatile Set<String> ofActorAlone = Set.of();

	/** Guarded by this. */
	private long dropsToldAt;

	private volatile long dropsTold;

	private volatile @Nullable PendingCalls calls;

	private volatile boolean connected;

	private volatile boolean ended;

	private volatile @Nullable Object state;

	private volatile @Nullable ClientRequests requests;

	private volatile @Nullable DeliveryRecorder deliveries;

	private volatile long handled = ToServer.UNREPORTED;

	private final @Nullable ClientUsage usage;

	/**
	 * Creates a connection whose usage is not counted.
	 * @param request the client's request, of which a part is kept
	 * @param outbound its outbound path
	 * @param owner what it shares with the other connections of the instance
	 * @param state the connection state; {@code null} if the actor has none
	 */
	public ActorConnection(ConnectRequest request, Outbound outbound, ConnectionScope owner, @Nullable Object state) {
		this(request.established(), outbound, owner, state, null);
	}

	/**
	 * Creates a connection.
	 * @param request the part of the client's request that is kept
	 * @param outbound its outbound path
	 * @param owner what it shares with the other connections of the instance
	 * @param state the connection state; {@code null} if the actor has none
	 * @param usage the resources it uses on the node, {@code null} if they are not
	 * counted
	 */
	public ActorConnection(ConnectRequest request, Outbound outbound, ConnectionScope owner, @Nullable Object state,
			@Nullable ClientUsage usage) {
		this.request = request;
		this.outbound = outbound;
		this.owner = owner;
		this.state = state;
		this.usage = usage;
		this.deliveries = owner.support().deliveries();
		if (this.deliveries != null) {
			outbound.observe(this.deliveries.queueOf(id(), user()));
		}
	}

	/**
	 * Records the deliveries to it from now on. No effect if those of all instances are
	 * recorded.
	 * @param recorder the record, {@code null} to record them no more
	 */
	public void record(@Nullable DeliveryRecorder recorder) {
		if (this.owner.support().deliveries() == null && this.deliveries != recorder) {
			this.deliveries = recorder;
			this.outbound.observe((recorder != null) ? recorder.queueOf(id(), user()) : null);
		}
	}

	/**
	 * Replaces the identity of the client, which has authenticated again as the same
	 * user.
	 */
	public void renew(Identity identity) {
		this.request = this.request.withIdentity(identity);
	}

	/**
	 * Returns the resources that it uses on the node, {@code null} if they are not
	 * counted.
	 */
	public @Nullable ClientUsage usage() {
		return this.usage;
	}

	@Override
	public String id() {
		return this.request.connectionId();
	}

	@Override
	public String actorName() {
		return this.owner.actor();
	}

	@Override
	public ActorKey actorKey() {
		return this.owner.key();
	}

	@Override
	@SuppressWarnings("NullAway") // without its JSpecify mode it takes C for not nullable
	public @Nullable Object state() {
		if (!this.owner.stateful()) {
			throw new IllegalStateException("The actor has no method with @CreateConnState");
		}
		return this.state;
	}

	@Override
	public void setState(@Nullable Object state) {
		this.state = state;
	}

	@Override
	public <T> @Nullable T params(Class<T> type) {
		JsonNode params = this.request.params();
		return (params != null) ? this.owner.support().mapper().convert(params, type) : null;
	}

	@Override
	public @Nullable Principal principal() {
		return this.request.identity().principal();
	}

	/**
	 * Returns the name of its user, {@code null} if it is anonymous.
	 */
	public @Nullable String user() {
		Principal principal = principal();
		return (principal != null) ? principal.getName() : null;
	}

	@Override
	public boolean isSubscribed(String event) {
		return this.subscriptions.containsKey(event);
	}

	@Override
	public boolean isStateless() {
		return this.request.stateless();
	}

	@Override
	public void disconnect(String reason) {
		this.outbound.close(CloseReason.disconnected(reason));
	}

	/** This connection only. */
	@Override
	Recipients recipients() {
		return new SelectedRecipients(this.owner.dispatcher(), this.owner.support().targets(),
				new Selection.These(Set.of(id())));
	}

	@Override
	public <T> Mono<T> request(String name, Class<T> type, Duration timeout, @Nullable Object... args) {
		return requests().ask(name, type, timeout, args);
	}

	/**
	 * Returns the requests that wait for an answer of the client.
	 */
	public ClientRequests requests() {
		ClientRequests present = this.requests;
		return (present != null) ? present : createRequests();
	}

	private synchronized ClientRequests createRequests() {
		if (this.requests == null) {
			this.requests = new ClientRequests(this, this.owner.support());
		}
		return this.requests;
	}

	/**
	 * Returns the position of the last message that the client has handled by its own
	 * account, in the epoch of its connection. Messages up to it were handled or are
	 * lost. Only our client reports it, with messages that it sends anyway, so that it
	 * may be late by any time.
	 * @return the position, {@link ToServer#UNREPORTED} if the client has reported none
	 */
	public long handled() {
		return this.handled;
	}

	/**
	 * Takes a report of the client. Only one that can be true has an effect. Called by
	 * one thread at a time.
	 * @param position the reported position, not negative
	 * @param sent position of the last message that the instance has sent to anyone
	 */
	public HandledReport reportHandled(long position, long sent) {
		HandledReport report = HandledReport.of(position, this.handled, sent);
		if (report == HandledReport.ADVANCED) {
			this.handled = position;
			DeliveryRecorder deliveries = this.deliveries;
			if (deliveries != null) {
				deliveries.handled(id(), position);
			}
		}
		return report;
	}

	/** Returns the observers of the connections of this node. */
	Observers observers() {
		return this.owner.support().observers();
	}

	/**
	 * Moves it to another instance of the same address, or to none while the instance
	 * sleeps.
	 */
	public void moveTo(ConnectionScope owner) {
		this.owner = owner;
	}

	/**
	 * Returns whether it has no socket: its node no longer exists, or has not attached it
	 * to this node yet.
	 */
	public boolean isDetached() {
		return this.outbound == Outbound.NONE && !isStateless();
	}

	/** Returns whether its actor keeps a connection state. */
	public boolean isStateful() {
		return this.owner.stateful();
	}

	/** Marks it as connected: all its hooks have accepted it. */
	public void markConnected() {
		this.connected = true;
		this.outbound.onOverrun(() -> observers().slowConsumer(this));
	}

	/**
	 * Returns whether all its hooks have accepted it.
	 */
	public boolean wasConnected() {
		return this.connected;
	}

	/**
	 * Marks it as ended: its socket is closed, or it has left the list of the actor.
	 * Pending requests fail.
	 */
	public void end() {
		this.ended = true;
		requests().end();
	}

	/**
	 * Returns whether nothing more can be sent to the client.
	 */
	public boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Returns the calls that wait for a result or an error.
	 */
	public PendingCalls calls() {
		PendingCalls present = this.calls;
		return (present != null) ? present : createCalls();
	}

	private synchronized PendingCalls createCalls() {
		if (this.calls == null) {
			this.calls = new PendingCalls();
		}
		return this.calls;
	}

	/**
	 * Queues a message; for an event, what the interceptors return. A failure closes this
	 * connection and no other; a response that cannot be written fails its action.
	 * @param message the message
	 * @return whether it was queued
	 */
	@Override
	public boolean deliver(OutgoingMessage message) {
		OutgoingMessage intercepted = prepare(message);
		return intercepted != null && queue(intercepted);
	}

	/**
	 * Returns the message to send after the interceptors, {@code null} if they skip this
	 * connection.
	 */
	@Nullable OutgoingMessage prepare(OutgoingMessage message) {
		ConnectionServices support = this.owner.support();
		return support.interceptors().isEmpty() ? message : EventInterception.intercept(message, this, support);
	}

	/**
	 * Queues a prepared message.
	 * @return whether it was queued
	 */
	boolean queue(OutgoingMessage message) {
		try {
			return send(message);
		}
		catch (Throwable ex) {
			return replace(message, ex);
		}
	}

	private boolean send(OutgoingMessage message) {
		Outbound.Outcome outcome = this.outbound.send(message);
		if (outcome == Outbound.Outcome.OVERRUN) {
			observers().slowConsumer(this);
		}
		long dropped = this.outbound.dropped();
		if (dropped != this.dropsTold && message.message() instanceof ToClient.Event event) {
			tellDrops(event.name(), dropped);
		}
		return outcome == Outbound.Outcome.QUEUED;
	}

	/**
	 * Sends the error of the action in place of its response; closes the connection for
	 * any other message.
	 */
	private boolean replace(OutgoingMessage message, Throwable ex) {
		if (message.message() instanceof ToClient.ActionResponse response) {
			failures.error(ex, () -> "The response to action call %d of %s could not be sent: the client gets an error"
				.formatted(response.id(), describe(this)));
			return queue(OutgoingMessage.of(ToClient.Error.ofAction(ErrorCode.INTERNAL_ERROR, response.id())));
		}
		failures.error(ex, () -> "Closing %s: a message could not be queued".formatted(describe(this)));
		try {
			this.outbound.close(CloseReason.of(ErrorCode.INTERNAL_ERROR));
		}
		catch (Throwable again) {
			logger.error("Closing %s failed".formatted(describe(this)), again);
		}
		return false;
	}

	/**
	 * Checks that an event can be sent to this connection.
	 * @param event the event
	 * @throws RivetException {@code message.outgoing_too_long} if it exceeds the limit
	 */
	@Override
	public void checkSize(OutgoingMessage event) {
		int size = this.outbound.sizeOf(event);
		if (size <= this.outbound.maxMessageSize()) {
			return;
		}
		String name = (event.message() instanceof ToClient.Event told) ? told.name() : "";
		RivetException tooLong = new RivetException(ErrorCode.OUTGOING_TOO_LONG,
				"Event `%s` of %s[%s] was not sent: it has %d bytes, more than %s.".formatted(name, actorName(),
						actorKey(), size, this.outbound.describeMaxMessageSize()));
		if (this.owner.support().limits().hits().addAndTell(Limit.OUTGOING_SIZE)) {
			logger.warn(tooLong.getMessage());
		}
		throw tooLong;
	}

	private void tellDrops(String event, long dropped) {
		if (areDropsToBeTold(dropped)) {
			observers().eventsDropped(this, event, dropped);
		}
	}

	private synchronized boolean areDropsToBeTold(long dropped) {
		long now = this.owner.support().timers().now(TimeUnit.NANOSECONDS);
		boolean due = this.dropsTold == 0 || now - this.dropsToldAt >= REPORT_INTERVAL_NANOS;
		if (due && dropped > this.dropsTold) {
			this.dropsToldAt = now;
			this.dropsTold = dropped;
			return true;
		}
		return false;
	}

	/**
	 * Returns the part of the client's request that is kept after connecting.
	 */
	public ConnectRequest request() {
		return this.request;
	}

	/**
	 * Returns its subscriptions as requests of the client, by their names.
	 */
	public List<ToServer.SubscriptionRequest> subscriptionRequests() {
		return this.subscriptions.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByKey())
			.map((each) -> new ToServer.SubscriptionRequest(each.getKey(), true, each.getValue(), ToServer.UNREPORTED))
			.toList();
	}

	/**
	 * Returns the id of its stream, which a connection that resumes it takes over.
	 */
	public String streamId() {
		StreamRequest stream = this.request.stream();
		return (stream != null) ? stream.stream() : id();
	}

	/**
	 * Returns the owner id of its user, {@code null} if it is anonymous.
	 */
	public @Nullable String owner() {
		return this.request.identity().owner();
	}

	/**
	 * Returns the outbound path.
	 */
	public Outbound outbound() {
		return this.outbound;
	}

	/**
	 * Returns the outbound path by another node, {@code null} if this node holds the
	 * socket.
	 */
	@Nullable GatewayOutbound gateway() {
		return (this.outbound instanceof GatewayOutbound gateway) ? gateway : null;
	}

	// Subscriptions: changed by the actor only

	/**
	 * Adds a subscription, or changes its tags.
	 * @param event name of the event
	 * @param tags tags to filter by; empty for all events of the name
	 * @return whether it is new
	 * @throws RivetException {@code actor.too_many_subscriptions} if a limit is reached
	 */
	public boolean subscribe(String event, Set<String> tags) {
		Set<String> before = this.subscriptions.get(event);
		if (this.usage != null && !tags.equals(before)) {
			Limit met = (before == null) ? this.usage.subscribe(weight(event, tags))
					: this.usage.resubscribe(weight(event, before), weight(event, tags));
			if (met != null) {
				throw new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS);
			}
		}
		return change((subscriptions) -> subscriptions.put(event, tags)) == null;
	}

	private static long weight(String event, Set<String> tags) {
		return SUBSCRIPTION_BYTES + 2L * event.length() + MessageWeight.of(tags);
	}

	/**
	 * Removes a subscription.
	 * @param event name of the event
	 * @return whether it existed
	 */
	public boolean unsubscribe(String event) {
		Set<String> before = change((subscriptions) -> subscriptions.remove(event));
		if (before != null && this.usage != null) {
			this.usage.unsubscribe(weight(event, before));
		}
		return before != null;
	}

	private @Nullable Set<String> change(Function<Map<String, Set<String>>, @Nullable Set<String>> change) {
		Map<String, Set<String>> present = this.subscriptions;
		if (present instanceof ConcurrentHashMap) {
			return change.apply(present);
		}
		Map<String, Set<String>> changed = (present.size() < FEW) ? new HashMap<>(present)
				: new ConcurrentHashMap<>(present);
		Set<String> before = change.apply(changed);
		this.subscriptions = (changed instanceof ConcurrentHashMap) ? changed : Map.copyOf(changed);
		return before;
	}

	/**
	 * Sets whether the client receives an event only from its own actor.
	 * @param event name of the event
	 * @param alone whether events of this name that are sent to the connections of all
	 * actors are skipped
	 */
	public void keepToActor(String event, boolean alone) {
		if (alone != this.ofActorAlone.contains(event)) {
			Set<String> changed = new HashSet<>(this.ofActorAlone);
			if (alone) {
				changed.add(event);
			}
			else {
				changed.remove(event);
			}
			this.ofActorAlone = Set.copyOf(changed);
		}
	}

	/**
	 * Returns whether the client receives an event only from its own actor.
	 * @param event name of the event
	 */
	boolean isKeptToActor(String event) {
		return this.ofActorAlone.contains(event);
	}

	/**
	 * Returns the names of the events that the client has subscribed to.
	 */
	public Set<String> subscriptions() {
		return Set.copyOf(this.subscriptions.keySet());
	}

	/**
	 * Returns whether the client has subscribed to an event that is not one of these.
	 */
	public boolean isSubscribedToOthers(Set<String> events) {
		return !events.containsAll(this.subscriptions.keySet());
	}

	/**
	 * Returns how many events the client has subscribed to.
	 */
	public int subscriptionCount() {
		return this.subscriptions.size();
	}

	/**
	 * Returns whether a subscription matches an event.
	 * @param event name of the event
	 * @param tags tags of the event
	 */
	public boolean wants(String event, Set<String> tags) {
		Set<String> wanted = this.subscriptions.get(event);
		return wanted != null && (wanted.isEmpty() || tags.isEmpty() || !Collections.disjoint(wanted, tags));
	}

	/** Returns connection, actor and key for the log, on one line. */
	public static String describe(Connection<?> connection) {
		return "connection %s of %s[%s]".formatted(connection.id(), SafeText.of(connection.actorName()),
				SafeText.of(connection.actorKey().serialize()));
	}

	/**
	 * Depends on the id alone, so that the order of connections in a set does not change
	 * from run to run of a simulation.
	 */
	@Override
	public int hashCode() {
		return id().hashCode();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other;
	}

	@Override
	public String toString() {
		return "connection " + id();
	}

}
