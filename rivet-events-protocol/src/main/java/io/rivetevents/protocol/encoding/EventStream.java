package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ReconnectAdvice;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;

/**
 * What Server-Sent Events have beside messages: {@code docs/protocol.md}.
 */
public final class EventStream {

	/** Id of the last item of a stream that a client must not open again. */
	public static final String CLOSED = "closed";

	private EventStream() {
	}

	/**
	 * Return the id of an item.
	 * @param position where the item stands
	 */
	public static String id(Position position) {
		return position.epoch() + "-" + position.sequence();
	}

	/**
	 * Read the id of an item.
	 * @param id as {@link #id} has made it
	 * @return where the item stands, {@code null} if it is no such id
	 */
	public static @Nullable Position position(String id) {
		int dash = id.lastIndexOf('-');
		if (dash <= 0) {
			return null;
		}
		try {
			long sequence = Long.parseLong(id, dash + 1, id.length(), 10);
			return (sequence >= 0) ? new Position(id.substring(0, dash), sequence) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	/**
	 * Return whether a client that only knows how to open the stream again must not do
	 * so.
	 * @param reason why the stream ends
	 */
	public static boolean endsForGood(CloseReason reason) {
		return reason.advice() == ReconnectAdvice.NEVER || reason.advice() == ReconnectAdvice.CREDENTIALS;
	}

	/**
	 * Read the messages of a body.
	 * @param body a JSON array of messages
	 * @throws RivetException {@code actor.invalid_request}
	 */
	public static List<ToServer> messages(byte[] body) {
		return EventStreamCodec.decodeAll(body);
	}

}
