package io.rivetevents.limit;

import java.time.Duration;
import java.util.List;

/**
 * Bounds of what clients may take.
 *
 * @param connection those of one connection
 * @param instance those of one instance
 * @param principal share of one principal
 * @param address share of one remote address
 * @param node totals of the node
 * @param trustedProxies addresses and networks that have no share
 * @param times deadlines of requests
 */
public record LimitSettings(Connection connection, Instance instance, Share principal, Share address, Node node,
		List<String> trustedProxies, Times times) {

	/** Values for a node with the heap and direct memory of this process. */
	public static final LimitSettings DEFAULTS = new LimitSettings(Connection.DEFAULTS, Instance.DEFAULTS,
			Share.OF_PRINCIPAL, Share.OF_ADDRESS,
			Node.of(Runtime.getRuntime().maxMemory(), Runtime.getRuntime().maxMemory()), List.of(), Times.DEFAULTS);

	public LimitSettings {
		trustedProxies = List.copyOf(trustedProxies);
	}

	/**
	 * Returns the same bounds with other totals of the node.
	 */
	public LimitSettings withNode(Node node) {
		return new LimitSettings(this.connection, this.instance, this.principal, this.address, node,
				this.trustedProxies, this.times);
	}

	/**
	 * Returns what one owner of a share may take of a total, so that others get
	 * something.
	 */
	static long partOf(long total) {
		return total - total / 4;
	}

	/**
	 * Deadlines of requests.
	 *
	 * @param head time for the head of a request
	 * @param body time for the body of a request, and for a message of a WebSocket
	 * @param idle time without a request after which a connection is closed
	 * @param write time without progress after which a connection that does not read its
	 * answer is closed
	 */
	public record Times(Duration head, Duration body, Duration idle, Duration write) {

		static final Times DEFAULTS = new Times(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75),
				Duration.ofSeconds(60));

	}

	/**
	 * Bounds of one instance.
	 *
	 * @param calls most calls of clients that are not answered yet
	 * @param pendingBytes most memory of these
	 */
	public record Instance(int calls, long pendingBytes) {

		static final Instance DEFAULTS = new Instance(10_000, 16 * 1024 * 1024);

	}

	/**
	 * Bounds of one connection.
	 *
	 * @param calls most calls and subscription requests that are not answered yet
	 * @param pendingBytes most memory of its messages that wait or run
	 * @param subscriptions most subscriptions
	 * @param subscriptionBytes most memory of these, and of what else it has brought
	 * along
	 * @param pipelinedBytes most bytes of requests that arrive before earlier ones are
	 * answered
	 */
	public record Connection(int calls, long pendingBytes, int subscriptions, long subscriptionBytes,
			int pipelinedBytes) {

		static final Connection DEFAULTS = new Connection(1000, 4 * 1024 * 1024, 1000, 1024 * 1024, 64 * 1024);

	}

	/**
	 * Most that one principal or remote address may have at the same time.
	 *
	 * @param calls calls that are not answered yet
	 * @param connections open connections
	 * @param subscriptions subscriptions of all its connections
	 * @param instances instances that it has created and that are awake
	 */
	public record Share(int calls, int connections, int subscriptions, int instances) {

		public static final Share OF_PRINCIPAL = new Share(10_000, 1000, 20_000, 10_000);

		public static final Share OF_ADDRESS = new Share(50_000, 20_000, 200_000, 50_000);

	}

	/**
	 * Totals of a node.
	 *
	 * @param connections most open connections
	 * @param pendingBytes most memory of messages that wait or run
	 * @param queuedBytes most memory of bytes that wait to be written
	 * @param subscriptionBytes most memory of subscriptions
	 * @param historyBytes most memory of events that are kept
	 * @param answerBytes most memory of answers that are kept
	 * @param awakeBytes most memory of instances that are awake
	 * @param storedBytes most memory of the memory store
	 * @param receivingBytes most direct memory of what has not arrived whole
	 * @param sendingBytes most direct memory of what sockets have not taken
	 * @param compressionBytes most memory of sockets that compress
	 * @param requestBytes most memory of connections that are none of an actor, and of
	 * requests that are not answered
	 */
	public record Node(int connections, long pendingBytes, long queuedBytes, long subscriptionBytes, long historyBytes,
			long answerBytes, long awakeBytes, long storedBytes, long receivingBytes, long sendingBytes,
			long compressionBytes, long requestBytes) {

		private static final int HEAP_OF_CONNECTION = 64 * 1024;

		/** Heap of an instance that is awake, without its state: measured, rounded up. */
		public static final int HEAP_OF_INSTANCE = 4 * 1024;

		/**
		 * Returns how many connections one remote address may have that says nothing
		 * else: three quarters of all, so that others get in.
		 */
		public int connectionsOfAddress() {
			return (int) Math.min(Share.OF_ADDRESS.connections(), Math.max(partOf(this.connections), 1));
		}

		/**
		 * Returns how many instances one owner of a share may have created that says
		 * nothing else.
		 * @param most how many at the most; half of what may be awake, if that is less
		 */
		public int instancesOfOne(int most) {
			return (int) Math.min(most, Math.max(this.awakeBytes / HEAP_OF_INSTANCE / 2, 1));
		}

		/**
		 * Returns the totals of a node that says nothing else.
		 * @param heap most bytes of its heap
		 * @param direct most bytes of its direct memory
		 */
		public static Node of(long heap, long direct) {
			return new Node((int) Math.min(heap / HEAP_OF_CONNECTION, Integer.MAX_VALUE), heap / 10, heap / 8,
					heap / 16, heap / 10, heap / 20, heap / 10, heap / 10, Math.min(direct / 4, heap / 16),
					Math.min(direct / 4, heap / 8), heap / 8, heap / 8);
		}

	}

}
