package io.rivetevents.limit;

/**
 * The bounds of a node: their values, what is taken of those that hold for all clients
 * together, and how often each was met. Safe for use by several threads.
 */
public final class Limits {

	private final LimitHits hits = new LimitHits();

	private final LimitSettings settings;

	private final ByteBudget pending;

	private final ByteBudget queued;

	private final ByteBudget subscriptions;

	private final ByteBudget history;

	private final ByteBudget answers;

	private final ByteBudget stored;

	private final ByteBudget receiving;

	private final ByteBudget sending;

	/**
	 * Creates the bounds.
	 * @param settings their values
	 */
	public Limits(LimitSettings settings) {
		this.settings = settings;
		LimitSettings.Node node = settings.node();
		this.pending = new ByteBudget(Limit.NODE_PENDING, node.pendingBytes(), this.hits);
		this.queued = new ByteBudget(Limit.NODE_QUEUED, node.queuedBytes(), this.hits);
		this.subscriptions = new ByteBudget(Limit.NODE_SUBSCRIPTIONS, node.subscriptionBytes(), this.hits);
		this.history = new ByteBudget(Limit.NODE_HISTORY, node.historyBytes(), this.hits);
		this.answers = new ByteBudget(Limit.NODE_ANSWERS, node.answerBytes(), this.hits);
		this.stored = new ByteBudget(Limit.NODE_STORED, node.storedBytes(), this.hits);
		this.receiving = new ByteBudget(Limit.NODE_RECEIVING, node.receivingBytes(), this.hits);
		this.sending = new ByteBudget(Limit.NODE_SENDING, node.sendingBytes(), this.hits);
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
		return this.hits;
	}

	/**
	 * Returns the memory of messages that wait or run.
	 */
	public ByteBudget pending() {
		return this.pending;
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
		return this.subscriptions;
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
	 * Returns the memory of stored instances.
	 */
	public ByteBudget stored() {
		return this.stored;
	}

	/**
	 * Returns the direct memory of what has not arrived whole.
	 */
	public ByteBudget receiving() {
		return this.receiving;
	}

	/**
	 * Returns the direct memory of what sockets have not taken.
	 */
	public ByteBudget sending() {
		return this.sending;
	}

}
