package io.rivetevents.limit;

import java.net.InetAddress;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * The bounds of a node: their values, what is taken of those that hold for all clients
 * together, and how often each was met. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Limits {

	/** Part of the heap that may wait for the application's listeners. */
	private static final int APPLICATION_EVENTS = 32;

	private final LimitSettings settings;

	private final NodeUsage node;

	private final ByteBudget queued;

	private final ByteBudget history;

	private final ByteBudget answers;

	private final ByteBudget awake;

	private final ByteBudget stored;

	private final ByteBudget sending;

	private final ByteBudget compression;

	private final ByteBudget answering;

	private final ByteBudget applicationEvents;

	private final RemoteAddresses remoteAddresses;

	/**
	 * Creates the bounds.
	 * @param settings their values
	 */
	public Limits(LimitSettings settings) {
		this.settings = settings;
		this.node = new NodeUsage(settings);
		LimitHits hits = this.node.hits();
		LimitSettings.Node node = settings.node();
		this.queued = new ByteBudget(Limit.NODE_QUEUED, node.queuedBytes(), hits);
		this.history = new ByteBudget(Limit.NODE_HISTORY, node.historyBytes(), hits);
		this.answers = new ByteBudget(Limit.NODE_ANSWERS, node.answerBytes(), hits);
		this.awake = new ByteBudget(Limit.NODE_AWAKE, node.awakeBytes(), hits);
		this.stored = new ByteBudget(Limit.NODE_STORED, node.storedBytes(), hits);
		this.sending = new ByteBudget(Limit.NODE_SENDING, node.sendingBytes(), hits);
		this.compression = new ByteBudget(Limit.NODE_COMPRESSION, node.compressionBytes(), hits);
		this.answering = new ByteBudget(Limit.NODE_SENDING, node.sendingBytes() / 2, hits);
		this.applicationEvents = new ByteBudget(Limit.APPLICATION_EVENTS,
				Runtime.getRuntime().maxMemory() / APPLICATION_EVENTS, hits);
		this.remoteAddresses = new RemoteAddresses(settings.trustedProxies());
	}

	/**
	 * Returns bounds that suit the memory of this process, for a test.
	 */
	public static Limits defaults() {
		return new Limits(LimitSettings.DEFAULTS);
	}

	/**
	 * Returns the values.
	 */
	public LimitSettings settings() {
		return this.settings;
	}

	/**
	 * Returns how often each bound was met.
	 */
	public LimitHits hits() {
		return this.node.hits();
	}

	/**
	 * Returns the memory of messages that wait or run.
	 */
	public ByteBudget pending() {
		return this.node.pending();
	}

	/**
	 * Returns the memory of bytes that wait to be written.
	 */
	public ByteBudget queued() {
		return this.queued;
	}

	/**
	 * Returns the memory of subscriptions.
	 */
	public ByteBudget subscriptions() {
		return this.node.subscriptions();
	}

	/**
	 * Returns the memory of events that are kept for clients that resume.
	 */
	public ByteBudget history() {
		return this.history;
	}

	/**
	 * Returns the memory of answers that are kept for repeated calls.
	 */
	public ByteBudget answers() {
		return this.answers;
	}

	/**
	 * Returns the memory of instances that are awake.
	 */
	public ByteBudget awake() {
		return this.awake;
	}

	/**
	 * Returns the memory of instances in the memory store.
	 */
	public ByteBudget stored() {
		return this.stored;
	}

	/**
	 * Returns the direct memory of what has not arrived whole.
	 */
	public ByteBudget receiving() {
		return this.node.receiving();
	}

	/**
	 * Returns the memory of what has not arrived whole of one message, which counts for
	 * the remote address too.
	 * @param address where it comes from, {@code null} if unknown
	 */
	public Reception receivingFrom(@Nullable InetAddress address) {
		return new Reception(this.node, Share.Memory.RECEIVING, receiving(), this.remoteAddresses.ownerOf(address));
	}

	/**
	 * Returns the memory of connections that are none of an actor, and of requests that
	 * are not answered.
	 */
	public ByteBudget requests() {
		return this.node.requests();
	}

	/**
	 * Returns the memory of one connection and its requests, which counts for the remote
	 * address too.
	 * @param address of the peer, {@code null} if unknown
	 */
	public Reception requestsFrom(@Nullable InetAddress address) {
		return new Reception(this.node, Share.Memory.REQUESTS, requests(), this.remoteAddresses.ownerOf(address));
	}

	/**
	 * Returns the direct memory of what sockets have not taken.
	 */
	public ByteBudget sending() {
		return this.sending;
	}

	/**
	 * Returns the memory of sockets that compress.
	 */
	public ByteBudget compression() {
		return this.compression;
	}

	/**
	 * Takes direct memory for an answer over HTTP. All of them take half of
	 * {@link #sending} at the most: nobody closes their connections when there is too
	 * much, but those of others.
	 * @return whether it was taken
	 */
	public boolean tryAnswer(long bytes) {
		if (!this.answering.tryAcquire(bytes)) {
			return false;
		}
		if (!this.sending.tryAcquire(bytes)) {
			this.answering.release(bytes);
			return false;
		}
		return true;
	}

	/**
	 * Gives back what an answer has taken.
	 */
	public void answered(long bytes) {
		this.sending.release(bytes);
		this.answering.release(bytes);
	}

	/**
	 * Returns the memory of events that wait for the application's listeners.
	 */
	public ByteBudget applicationEvents() {
		return this.applicationEvents;
	}

	// Clients

	/**
	 * Returns whether an address is that of a trusted proxy. Loopback is none by itself.
	 * @param address the address
	 */
	public boolean isTrustedProxy(InetAddress address) {
		return this.remoteAddresses.isTrusted(address);
	}

	/**
	 * Returns what tells the share of an address apart.
	 * @param address the address, {@code null} if unknown
	 * @return {@code null} if it has none
	 */
	public @Nullable String shareOf(@Nullable InetAddress address) {
		return this.remoteAddresses.ownerOf(address);
	}

	/**
	 * Returns whether there are trusted proxies.
	 */
	public boolean hasTrustedProxies() {
		return !this.settings.trustedProxies().isEmpty();
	}

	/**
	 * Opens a connection, whose principal may not be known yet.
	 * @param address its remote address, {@code null} if unknown
	 * @return what it takes, to be closed with it
	 * @throws RivetException {@code connection.too_many}
	 */
	public ClientUsage connect(@Nullable InetAddress address) {
		if (!this.node.connectionOpened()) {
			throw tooMany(Limit.NODE_CONNECTIONS);
		}
		ClientUsage usage = new ClientUsage(this.node, this.remoteAddresses.ownerOf(address), true);
		Limit met = usage.open();
		if (met != null) {
			usage.abandon();
			throw tooMany(met);
		}
		return usage;
	}

	/**
	 * Begins a request that comes without a connection.
	 * @param address its remote address, {@code null} if unknown
	 * @param owner what tells its principal apart, {@code null} if nobody signed in
	 * @param bytes memory of what it brings along
	 * @param operation what it is for, as its caller is told
	 * @return what it takes, to be closed when it has been answered
	 * @throws RivetException {@code actor.overloaded}
	 */
	public RequestUsage visit(@Nullable InetAddress address, @Nullable String owner, long bytes, String operation) {
		ClientUsage usage = new ClientUsage(this.node, this.remoteAddresses.ownerOf(address), false);
		usage.identify(owner);
		Limit met = usage.begin(bytes);
		if (met != null) {
			usage.close();
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", met.property(), "operation", operation));
		}
		return new RequestUsage(usage, bytes);
	}

	/**
	 * Looks whether there is room for a message before it is read.
	 * @param bytes memory that it takes at least
	 * @throws RivetException {@code actor.overloaded}
	 */
	public void checkRoom(long bytes) {
		if (pending().used() + bytes > pending().max()) {
			throw overloaded(Limit.NODE_PENDING, "action");
		}
	}

	/**
	 * Counts an instance that a client creates.
	 * @param address the client's remote address, {@code null} if unknown
	 * @param owner what tells its principal apart, {@code null} if it has not signed in
	 * @return its place in the shares, to be closed when the instance leaves memory
	 * @throws RivetException {@code actor.overloaded}
	 */
	public CreatedInstance create(@Nullable InetAddress address, @Nullable String owner) {
		CreatedInstance created = new CreatedInstance(this.node, this.remoteAddresses.ownerOf(address), owner);
		Limit met = created.open();
		if (met != null) {
			throw overloaded(met, "create");
		}
		return created;
	}

	/**
	 * Counts that a bound was met.
	 * @return what the client is told
	 */
	public RivetException overloaded(Limit met, String operation) {
		return this.node.overloaded(met, operation);
	}

	private RivetException tooMany(Limit limit) {
		hits().add(limit);
		return new RivetException(ErrorCode.TOO_MANY_CONNECTIONS);
	}

	/**
	 * Returns how many connections are open.
	 */
	public int connections() {
		return this.node.connections();
	}

	/** Returns what all clients take together. */
	NodeUsage usage() {
		return this.node;
	}

}
