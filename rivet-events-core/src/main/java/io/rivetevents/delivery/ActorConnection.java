package io.rivetevents.delivery;

import java.security.Principal;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
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
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.PendingCalls;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The actor's side of one client: from the moment it is let in until its last hook has
 * run. It holds no socket, only the way out: a queue of this node, or that of another
 * node by its {@link io.rivetevents.outbound.Gateway}.
 */
public final class ActorConnection extends ForwardingRecipients
		implements Connection<@Nullable Object>, ClientRequests.Receiver {

	private static final Log logger = LogFactory.getLog(ActorConnection.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** Heap of a subscription and its places in the indexes, beside name and tags. */
	private static final int SUBSCRIPTION_BYTES = 400;

	/** As many subscriptions as most clients have at the most. */
	private static final int FEW = 8;

	private final ConnectRequest request;

	private final Outbound outbound;

	private final ConnectionScope owner;

	/**
	 * Tags by the name of the event; no tags for all events of the name. A few are in a
	 * small map, which a change makes anew; many in one that can be changed.
	 */
	private volatile Map<String, Set<String>> subscriptions = Map.of();

	/** Events of the actor's contract whose name is guarded by that of another. */
	private volatile Set<String> ofActorAlone = Set.of();

	/** Guarded by this. */
	private long dropsToldAt;

	private volatile long dropsTold;

	private volatile @Nullable PendingCalls calls;

	private volatile boolean connected;

	private volatile boolean ended;

	private volatile @Nullable Object state;

	private volatile @Nullable ClientRequests requests;

	private final @Nullable ClientUsage usage;

	/**
	 * Create a connection whose usage is not counted.
	 * @param request what the client asked for
	 * @param outbound its way out
	 * @param owner what it shares with the other connections of the instance
	 * @param state the connection state; {@code null} without one
	 */
	public ActorConnection(ConnectRequest request, Outbound outbound, ConnectionScope owner, @Nullable Object state) {
		this(request, outbound, owner, state, null);
	}

	/**
	 * Creates a connection.
	 * @param request what the client asked for
	 * @param outbound its way out
	 * @param owner what it shares with the other connections of the instance
	 * @param state the connection state; {@code null} without one
	 * @param usage what it takes of the node, {@code null} if that is not counted
	 */
	public ActorConnection(ConnectRequest request, Outbound outbound, ConnectionScope owner, @Nullable Object state,
			@Nullable ClientUsage usage) {
		this.request = request.established();
		this.outbound = outbound;
		this.owner = owner;
		this.state = state;
		this.usage = usage;
	}

	/**
	 * Returns what it takes of the node, {@code null} if that is not counted.
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

	/** Itself alone. */
	@Override
	Recipients recipients() {
		ConnectionServices support = this.owner.support();
		return new SelectedRecipients(this.owner.dispatcher(), support.mapper(), support.contracts(),
				support.transactions(), new Selection.These(Set.of(id())));
	}

	@Override
	public <T> Mono<T> request(String name, Class<T> type, Duration timeout, @Nullable Object... args) {
		return requests().ask(name, type, timeout, args);
	}

	/**
	 * Return the requests that wait for the client's answer.
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

	/** Returns what observes the connections of its node. */
	Observers observers() {
		return this.owner.support().observers();
	}

	/** All hooks have let it in. */
	public void markConnected() {
		this.connected = true;
		this.outbound.onOverrun(() -> observers().slowConsumer(this));
	}

	/**
	 * Return whether all hooks have let it in.
	 */
	public boolean wasConnected() {
		return this.connected;
	}

	/** Its socket is gone, or it has left the list: nobody will answer any more. */
	public void end() {
		this.ended = true;
		requests().end();
	}

	/**
	 * Return whether its client has nothing to expect any more.
	 */
	public boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Return the calls that its client waits for.
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
	 * Queue a message, an event as the interceptors leave it. Whatever fails closes this
	 * connection and no other; an answer that cannot be written fails its action.
	 * @param message the message
	 * @return whether it has been queued
	 */
	@Override
	public boolean deliver(OutgoingMessage message) {
		OutgoingMessage intercepted = prepare(message);
		return intercepted != null && queue(intercepted);
	}

	/**
	 * Returns a message as the interceptors leave it, {@code null} if they leave this
	 * connection out.
	 */
	@Nullable OutgoingMessage prepare(OutgoingMessage message) {
		ConnectionServices support = this.owner.support();
		return support.interceptors().isEmpty() ? message : EventInterception.intercept(message, this, support);
	}

	/**
	 * Queues a message that has been prepared.
	 * @return whether it has been queued
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

	/** Something must be heard of it: the error of an action, or the end. */
	private boolean replace(OutgoingMessage message, Throwable ex) {
		if (message.message() instanceof ToClient.ActionResponse response) {
			failures.error(ex, () -> "The answer to action %d of %s could not be sent".formatted(response.id(), this));
			return queue(OutgoingMessage.of(ToClient.Error.ofAction(ErrorCode.INTERNAL_ERROR, response.id())));
		}
		failures.error(ex,
				() -> "%s of %s[%s] is closed: a message could not be queued".formatted(this, actorName(), actorKey()));
		try {
			this.outbound.close(CloseReason.of(ErrorCode.INTERNAL_ERROR));
		}
		catch (Throwable again) {
			logger.error("%s could not be closed".formatted(this), again);
		}
		return false;
	}

	/**
	 * Checks that an event can be sent to this connection.
	 * @param event the event
	 * @throws RivetException {@code message.outgoing_too_long} if it is over the limit
	 */
	@Override
	public void checkSize(OutgoingMessage event) {
		int size = this.outbound.sizeOf(event);
		if (size <= this.outbound.maxMessageSize()) {
			return;
		}
		String name = (event.message() instanceof ToClient.Event told) ? told.name() : "";
		RivetException tooLong = new RivetException(ErrorCode.OUTGOING_TOO_LONG,
				"Event `%s` of %s[%s] has %d bytes and is not sent: %s.".formatted(name, actorName(), actorKey(), size,
						this.outbound.describeMaxMessageSize()));
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
		boolean due = this.dropsTold == 0 || now - this.dropsToldAt >= TELL_EVERY_NANOS;
		if (due && dropped > this.dropsTold) {
			this.dropsToldAt = now;
			this.dropsTold = dropped;
			return true;
		}
		return false;
	}

	/**
	 * Return what is left of what the client asked for on connecting.
	 */
	public ConnectRequest request() {
		return this.request;
	}

	/**
	 * Return the id of its stream, which a connection that resumes it takes over.
	 */
	public String streamId() {
		StreamRequest stream = this.request.stream();
		return (stream != null) ? stream.stream() : id();
	}

	/**
	 * Returns what tells its user apart from all others, {@code null} if nobody signed
	 * in.
	 */
	@Nullable String owner() {
		return this.request.identity().owner();
	}

	/**
	 * Return the way out.
	 */
	public Outbound outbound() {
		return this.outbound;
	}

	/**
	 * Returns the way out by another node, {@code null} if this node holds the socket.
	 */
	@Nullable GatewayOutbound gateway() {
		return (this.outbound instanceof GatewayOutbound gateway) ? gateway : null;
	}

	// What it has subscribed to: changed by the actor alone

	/**
	 * Add a subscription, or change its tags.
	 * @param event name of the event
	 * @param tags tags that it names; empty for all events of the name
	 * @return whether it is new
	 * @throws RivetException {@code actor.too_many_subscriptions} if there is no room
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
	 * Remove a subscription.
	 * @param event name of the event
	 * @return whether it was there
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
	 * Note whether an event reaches the client only if its actor sends it.
	 * @param event name of the event
	 * @param alone whether it does not if it is sent to the connections of all actors
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
	 * Return whether an event reaches the client only if its actor sends it.
	 * @param event name of the event
	 */
	boolean isKeptToActor(String event) {
		return this.ofActorAlone.contains(event);
	}

	/**
	 * Return the names of the events that the client has subscribed to.
	 */
	public Set<String> subscriptions() {
		return Set.copyOf(this.subscriptions.keySet());
	}

	/**
	 * Return how many events the client has subscribed to.
	 */
	public int subscriptionCount() {
		return this.subscriptions.size();
	}

	/**
	 * Return whether a subscription asks for an event.
	 * @param event name of the event
	 * @param tags tags that it carries
	 */
	public boolean wants(String event, Set<String> tags) {
		Set<String> wanted = this.subscriptions.get(event);
		return wanted != null && (wanted.isEmpty() || tags.isEmpty() || !Collections.disjoint(wanted, tags));
	}

	@Override
	public String toString() {
		return "connection " + id();
	}

}
