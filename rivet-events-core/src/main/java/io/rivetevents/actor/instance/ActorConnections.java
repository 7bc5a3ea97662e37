package io.rivetevents.actor.instance;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.EventHistory;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.PendingReceipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToClient.ResumeOutcome;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.DueQueue;

/**
 * The connections of one instance, each of which is among the node's, too, and the order
 * of what they are sent: each event has a position, and all connections see them in the
 * order of their positions. Connections are added and removed within turns; all else is
 * for any thread.
 */
public final class ActorConnections {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActorConnections.class));

	private static final SecureRandom RANDOM = new SecureRandom();

	/** Answers that wait for the order, of one connection. */
	private static final int MAX_WAITING = 100;

	/** What the thread that is sending an event has been asked to send meanwhile. */
	private static final ThreadLocal<@Nullable Deque<Runnable>> AFTERWARDS = new ThreadLocal<>();

	private final ConnectionIndex own = new ConnectionIndex();

	private final ConnectionIndex ofNode;

	private final Map<String, ActorConnection> byStream = new ConcurrentHashMap<>(2);

	private final LongSupplier clock;

	private final DueQueue.Entry due;

	private final String epoch = Long.toString(RANDOM.nextLong() >>> 1, Character.MAX_RADIX);

	/** Guards what follows, and the order of what is sent. */
	private final ReentrantLock order = new ReentrantLock();

	private final EventHistory history;

	private long sequence;

	/** What threads that must not wait for the order have left to the one that has it. */
	private final Map<ActorConnection, Waiting> waiting = new ConcurrentHashMap<>(2);

	/**
	 * Create the connections.
	 * @param ofNode those of the node
	 * @param history bounds of what is kept of events
	 * @param kept what all instances may keep of events
	 * @param clock tells the time in nanoseconds
	 * @param due has {@link #expire} called when something is too old
	 */
	ActorConnections(ConnectionIndex ofNode, HistoryLimits history, ByteBudget kept, LongSupplier clock,
			DueQueue.Entry due) {
		this.ofNode = ofNode;
		this.history = new EventHistory(history, kept);
		this.clock = clock;
		this.due = due;
	}

	void add(ActorConnection connection) {
		if (connection.usage() != null) {
			connection.usage().enter();
		}
		this.own.add(connection);
		if (!connection.isStateless()) {
			this.ofNode.add(connection);
		}
	}

	/**
	 * Take a connection out.
	 * @return whether it was in: only the first of two that race is told so
	 */
	boolean remove(ActorConnection connection) {
		this.ofNode.remove(connection);
		this.byStream.remove(connection.streamId(), connection);
		boolean removed = this.own.remove(connection);
		if (removed && connection.usage() != null) {
			connection.usage().unsubscribeAll();
			connection.usage().leave();
		}
		return removed;
	}

	public @Nullable ActorConnection find(String id) {
		return this.own.find(id);
	}

	/** Return the connection of a stream of the extended mode. */
	@Nullable ActorConnection findByStream(String streamId) {
		return this.byStream.get(streamId);
	}

	boolean isEmpty() {
		return this.own.size() == 0;
	}

	List<ActorConnection> snapshot() {
		return this.own.all();
	}

	Collection<Connection<@Nullable Object>> all() {
		return List.copyOf(this.own.all());
	}

	void subscribe(ActorConnection connection, String event, Set<String> tags) {
		if (connection.subscribe(event, tags)) {
			this.own.subscribed(connection, event);
			this.ofNode.subscribed(connection, event);
		}
		else {
			this.ofNode.subscribedAgain(connection, event);
		}
	}

	void unsubscribe(ActorConnection connection, String event) {
		if (connection.unsubscribe(event)) {
			this.own.unsubscribed(connection, event);
			this.ofNode.unsubscribed(connection, event);
		}
	}

	// What is sent, in one order

	/**
	 * Bring an event to connections.
	 * @param dispatch the event
	 * @param own bounds of what is kept of the events of its name, {@code null} for none
	 * of its own
	 * @throws RivetException {@code message.outgoing_too_long} if it is too long; it then
	 * has no position, and nobody gets it
	 */
	Receipt dispatch(AddressedEvent dispatch, @Nullable HistoryLimits own) {
		Deque<Runnable> afterwards = AFTERWARDS.get();
		if (afterwards == null) {
			return inOrder(() -> send(dispatch, own));
		}
		// an interceptor or a predicate sends: never within the order of another instance
		PendingReceipt receipt = new PendingReceipt();
		afterwards.add(() -> sendAfterwards(dispatch, own, receipt));
		return receipt;
	}

	private void sendAfterwards(AddressedEvent dispatch, @Nullable HistoryLimits own, PendingReceipt receipt) {
		try {
			receipt.complete(dispatch(dispatch, own));
		}
		catch (RivetException ex) {
			receipt.fail(ex); // logged where it was refused
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s could not be sent".formatted(SafeText.of(dispatch.event())));
			receipt.fail(ex);
		}
	}

	/**
	 * Check that an event could be sent now.
	 * @throws RivetException {@code message.outgoing_too_long} if it could not
	 */
	void check(AddressedEvent dispatch) {
		this.own.check(dispatch);
	}

	private Receipt send(AddressedEvent dispatch, @Nullable HistoryLimits own) {
		Position next = new Position(this.epoch, this.sequence + 1);
		return this.own.dispatch(dispatch, next, () -> {
			if (this.history.isOpen()) {
				long now = this.clock.getAsLong();
				this.history.add(next.sequence(), now, dispatch.withSelection(byStream(dispatch)), own);
				this.due.arm(this.history.expiry(now, own));
			}
			this.sequence = next.sequence();
		});
	}

	private Selection byStream(AddressedEvent dispatch) {
		return dispatch.selection().byStream((id) -> {
			ActorConnection connection = this.own.find(id);
			return (connection != null) ? connection.streamId() : id;
		});
	}

	private Position position() {
		return new Position(this.epoch, this.sequence);
	}

	private <T> T inOrder(Supplier<T> work) {
		this.order.lock();
		try {
			return withOrder(work);
		}
		finally {
			sendWaiting();
		}
	}

	/** Does something with the order, which is given back afterwards. */
	private <T> T withOrder(Supplier<T> work) {
		Deque<Runnable> afterwards = new ArrayDeque<>(0);
		AFTERWARDS.set(afterwards);
		try {
			return work.get();
		}
		finally {
			this.order.unlock();
			AFTERWARDS.remove();
			afterwards.forEach(Runnable::run);
		}
	}

	/** What is sent to a connection by the thread that has the order. */
	private static final class Waiting {

		private final List<Runnable> answers = new ArrayList<>(0);

		private boolean keepAlive;

	}

	/**
	 * Sends what waits for the order, unless another thread has it: that thread does so,
	 * since it looks again after it has given the order back. Never waits itself. A loop,
	 * since more may come for as long as clients like.
	 */
	private void sendWaiting() {
		while (!this.waiting.isEmpty() && !this.order.isHeldByCurrentThread() && this.order.tryLock()) {
			withOrder(() -> {
				this.waiting.keySet().forEach(this::sendWaiting);
				return this;
			});
		}
	}

	private void sendWaiting(ActorConnection connection) {
		Waiting waiting = this.waiting.remove(connection);
		if (waiting != null) {
			waiting.answers.forEach(Runnable::run);
			if (waiting.keepAlive) {
				connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(position())));
			}
		}
	}

	/**
	 * Where a connection has come in.
	 *
	 * @param position what follows has a higher one
	 * @param outcome what became of the request to resume
	 * @param refused events that there was no room to subscribe to
	 */
	record Entrance(Position position, ResumeOutcome outcome, Set<String> refused) {

		Entrance(Position position, ResumeOutcome outcome) {
			this(position, outcome, Set.of());
		}

	}

	/**
	 * Add a connection with its subscriptions, and queue what it has missed.
	 * @param connection the connection
	 * @param subscriptions its subscriptions, checked
	 * @param stream where it wants to resume
	 */
	Entrance enter(ActorConnection connection, List<ToServer.SubscriptionRequest> subscriptions, StreamRequest stream) {
		return inOrder(() -> {
			this.history.open(this.sequence);
			add(connection);
			this.byStream.put(connection.streamId(), connection);
			Set<String> refused = subscribeAll(connection, subscriptions);
			Position from = stream.resume();
			Entrance entrance = (from != null) ? resume(connection, from, stream.proof())
					: new Entrance(position(), ResumeOutcome.FRESH);
			return new Entrance(entrance.position(), entrance.outcome(), refused);
		});
	}

	private Set<String> subscribeAll(ActorConnection connection, List<ToServer.SubscriptionRequest> subscriptions) {
		Set<String> refused = new HashSet<>(0);
		for (ToServer.SubscriptionRequest each : subscriptions) {
			try {
				subscribe(connection, each.eventName(), each.tags());
			}
			catch (RivetException ex) {
				refused.add(each.eventName());
			}
		}
		return refused;
	}

	private Entrance resume(ActorConnection connection, Position from, StreamRequest.StreamProof proof) {
		if (!from.epoch().equals(this.epoch)) {
			return resynced("epoch_changed");
		}
		if (from.sequence() > this.sequence) {
			return resynced("unknown_position");
		}
		if (proof == StreamRequest.StreamProof.UNPROVEN) {
			return resynced("unknown_stream");
		}
		this.history.expire(this.clock.getAsLong());
		List<EventHistory.Replay> missed = this.history.after(from.sequence(), connection);
		List<OutgoingMessage> messages = (missed != null) ? messages(connection, missed) : null;
		if (messages == null) {
			return resynced("history_exceeded");
		}
		return new Entrance(from, ResumeOutcome.resumed(replay(connection, from, messages)));
	}

	/**
	 * Return events that are sent again.
	 * @return {@code null} if they do not fit into the queue of the connection: it would
	 * be closed for them, and again whenever it comes back
	 */
	private @Nullable List<OutgoingMessage> messages(ActorConnection connection, List<EventHistory.Replay> missed) {
		Outbound outbound = connection.outbound();
		List<OutgoingMessage> messages = new ArrayList<>(missed.size());
		long left = outbound.maxQueuedBytes() / 2;
		for (EventHistory.Replay event : missed) {
			Position position = new Position(this.epoch, event.sequence());
			OutgoingMessage message = OutgoingMessage
				.of(new ToClient.Event(event.event(), event.args(), position, event.tags()));
			int size = outbound.sizeOf(message);
			left -= size + Outbound.OVERHEAD;
			if (size > outbound.maxMessageSize() || left < 0) {
				return null;
			}
			messages.add(message);
		}
		return messages;
	}

	private Entrance resynced(String reason) {
		return new Entrance(position(), ResumeOutcome.resynced(reason));
	}

	private int replay(ActorConnection connection, Position from, List<OutgoingMessage> missed) {
		Set<String> dropped = this.history.droppedAfter(from.sequence(), connection);
		if (!dropped.isEmpty()) {
			connection.deliver(OutgoingMessage.of(new ToClient.Gap(ToClient.Gap.VOLATILE, dropped, from)));
		}
		int replayed = 0;
		for (OutgoingMessage event : missed) {
			replayed += connection.deliver(event) ? 1 : 0;
		}
		connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(position())));
		return replayed;
	}

	/**
	 * Change a subscription of a client of the extended mode, and tell it so.
	 * @param connection whose
	 * @param request what it wants
	 * @param refusal why not, {@code null} if it may
	 */
	void subscribe(ActorConnection connection, ToServer.SubscriptionRequest request, ToClient.@Nullable Error refusal) {
		inOrder(() -> subscribeInOrder(connection, request, refusal));
	}

	private boolean subscribeInOrder(ActorConnection connection, ToServer.SubscriptionRequest request,
			ToClient.@Nullable Error refusal) {
		if (!request.subscribe()) {
			unsubscribe(connection, request.eventName());
		}
		else if (refusal == null) {
			subscribe(connection, request.eventName(), request.tags());
		}
		return connection.deliver(OutgoingMessage
			.of(new ToClient.SubscriptionResponse(request.eventName(), request.subscribe(), position(), refusal)));
	}

	/**
	 * Tells a client of the extended mode that there was no room for its request. Does
	 * not wait for an event that is being sent: an event loop may do this. A client that
	 * has too many such answers to come is closed as {@code actor.overloaded}.
	 */
	void refuse(ActorConnection connection, ToServer.SubscriptionRequest request, ToClient.Error refusal) {
		AtomicBoolean full = new AtomicBoolean();
		leave(connection, (waiting) -> {
			full.set(waiting.answers.size() >= MAX_WAITING);
			if (!full.get()) {
				waiting.answers.add(() -> subscribeInOrder(connection, request, refusal));
			}
		});
		if (full.get()) {
			connection.outbound().close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	/**
	 * Tells a client of the extended mode where the stream is: at once, or after the
	 * event that is being sent. Does not wait for that: an event loop does this.
	 */
	void keepAlive(ActorConnection connection) {
		leave(connection, (waiting) -> waiting.keepAlive = true);
	}

	private void leave(ActorConnection connection, Consumer<Waiting> what) {
		this.waiting.compute(connection, (key, present) -> {
			Waiting waiting = (present != null) ? present : new Waiting();
			what.accept(waiting);
			return waiting;
		});
		sendWaiting();
	}

	/** Forget what is kept of events: the instance leaves memory. */
	void forgetHistory() {
		inOrder(() -> {
			this.history.close();
			return this;
		});
	}

	/** Drop what is too old of the history; later if events are being sent right now. */
	void expire(long now) {
		if (this.order.tryLock()) {
			try {
				this.history.expire(now);
				this.history.nextExpiry().ifPresent(this.due::arm);
			}
			finally {
				this.order.unlock();
				sendWaiting();
			}
		}
		else {
			this.due.arm(now);
		}
	}

}
