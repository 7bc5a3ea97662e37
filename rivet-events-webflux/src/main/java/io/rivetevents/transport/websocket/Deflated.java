package io.rivetevents.transport.websocket;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.jspecify.annotations.Nullable;

import io.rivetevents.transport.PartialMessage;

/**
 * What one client has compressed, inflated no further than it may be: the window goes on
 * from one message to the next.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7692#section-7.2.2">RFC 7692, section
 * 7.2.2</a>
 */
final class Deflated {

	/** What a sender leaves out at the end of each message. */
	static final byte[] TAIL = { 0, 0, -1, -1 };

	/**
	 * With the first message that is compressed: it takes some 40 KB outside the heap.
	 */
	private @Nullable Inflater inflater;

	/**
	 * Inflates more of a message.
	 * @param bytes compressed bytes, without the mask
	 * @param message where to put what comes out
	 * @return whether all that came out had room in the message
	 * @throws DataFormatException if they are not compressed bytes
	 */
	boolean inflate(byte[] bytes, PartialMessage message) throws DataFormatException {
		Inflater inflater = inflater();
		inflater.setInput(bytes);
		while (true) {
			int room = message.room();
			if (room == 0) {
				return false;
			}
			int made = inflater.inflate(message.array(), message.size(), room);
			message.advance(made);
			if (inflater.finished()) {
				int rest = inflater.getRemaining();
				inflater.reset(); // a last block: what follows begins anew
				inflater.setInput(bytes, bytes.length - rest, rest);
			}
			else if (inflater.needsDictionary()) {
				throw new DataFormatException("There is no dictionary");
			}
			if (made == 0 && inflater.needsInput()) {
				return true;
			}
		}
	}

	private Inflater inflater() {
		Inflater inflater = this.inflater;
		if (inflater == null) {
			inflater = new Inflater(true);
			this.inflater = inflater;
		}
		return inflater;
	}

	/** Gives back what it takes outside the heap. */
	void end() {
		if (this.inflater != null) {
			this.inflater.end();
			this.inflater = null;
		}
	}

}
