/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.ActorKey;

/**
 * Names of the keys of the store. All keys of an instance have its address in braces,
 * which selects their slot in a cluster:
 *
 * <pre>{@code
 * rivet:actor:{default/chat/a}     hash    the instance
 * rivet:events:{default/chat/a}    stream  its events, the position is the first part of the id
 * rivet:answers:{default/chat/a}   hash    its answers by key
 * rivet:expiry:{default/chat/a}    sorted set of what expires: e and a position, a and the key of an answer
 * rivet:deleted:{default/chat/a}   string  the last deletion, for some minutes
 * rivet:schedules:{default/chat/a} hash    its schedules by id
 * rivet:connections:{default/chat/a} hash  its stored connections by id
 * rivet:undo:{default/chat/a}      hash    schedules as they were before the last change, by id
 * rivet:id:4f1c...                 string  time of the creation, and the address in braces
 * rivet:list:{default/chat}        sorted set of the keys of all instances, each with its id
 * rivet:due                        sorted set of the times of all schedules
 * rivet:meta:stream-key            string  a shared value
 * }</pre>
 *
 * Namespaces and names are escaped with percent signs, so that different addresses have
 * different texts and none contains a brace.
 */
final class StoreKeys {

	/** Ends a text in an entry of an index. */
	private static final int END = 0;

	/** Follows a zero byte that is part of a text, and is not part of any text. */
	private static final int ZERO = 0xff;

	private final String prefix;

	/**
	 * Creates the names.
	 * @param prefix start of all names
	 */
	StoreKeys(String prefix) {
		this.prefix = prefix;
	}

	/**
	 * Returns whether an address can be written: half of a surrogate pair has no form in
	 * UTF-8.
	 */
	static boolean isStorable(ActorAddress address) {
		return isStorable(address.namespace() + "/" + address.name() + "/" + address.key().serialize());
	}

	static boolean isStorable(String text) {
		return StandardCharsets.UTF_8.newEncoder().canEncode(text);
	}

	/**
	 * Returns the text of an address.
	 * @throws IllegalArgumentException if it is not {@linkplain #isStorable storable}
	 */
	static String tag(ActorAddress address) {
		return "%s/%s/%s".formatted(escape(address.namespace()), escape(address.name()),
				escape(address.key().serialize()));
	}

	/** Returns the address of a {@linkplain #tag text}. */
	static ActorAddress address(String tag) {
		String[] parts = tag.split("/", 3);
		return new ActorAddress(unescape(parts[0]), unescape(parts[1]), ActorKey.parse(unescape(parts[2])));
	}

	private static String escape(String text) {
		encode(text);
		StringBuilder escaped = new StringBuilder(text.length());
		for (char next : text.toCharArray()) {
			if (next < ' ' || "%/{}\u007f".indexOf(next) >= 0) {
				escaped.append("%%%02x".formatted((int) next));
			}
			else {
				escaped.append(next);
			}
		}
		return escaped.toString();
	}

	private static String unescape(String text) {
		StringBuilder plain = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			char next = text.charAt(i);
			if (next == '%') {
				next = (char) Integer.parseInt(text, i + 1, i + 3, 16);
				i += 2;
			}
			plain.append(next);
		}
		return plain.toString();
	}

	/**
	 * Returns the keys that a change of an instance may use, in the order of the scripts.
	 */
	byte[][] all(String tag) {
		return new byte[][] { actor(tag), events(tag), answers(tag), of("expiry", tag), of("deleted", tag),
				schedules(tag), of("undo", tag), connections(tag) };
	}

	byte[] actor(String tag) {
		return of("actor", tag);
	}

	byte[] events(String tag) {
		return of("events", tag);
	}

	byte[] answers(String tag) {
		return of("answers", tag);
	}

	byte[] schedules(String tag) {
		return of("schedules", tag);
	}

	byte[] connections(String tag) {
		return of("connections", tag);
	}

	byte[] due() {
		return encode(this.prefix + "due");
	}

	private byte[] of(String kind, String tag) {
		return encode("%s%s:{%s}".formatted(this.prefix, kind, tag));
	}

	byte[] id(String actorId) {
		return encode(this.prefix + "id:" + actorId);
	}

	byte[] meta(String name) {
		return encode(this.prefix + "meta:" + name);
	}

	byte[] list(String namespace, String name) {
		return of("list", escape(namespace) + "/" + escape(name));
	}

	/**
	 * Returns the entry of an instance in its list: entries have the order of the keys.
	 */
	static byte[] entry(ActorAddress address, String actorId) {
		return join(key(address.key().serialize()), END, encode(actorId));
	}

	/** Returns the id in an entry. */
	static String idOf(byte[] entry) {
		int end = entry.length - 1;
		while (entry[end] != END) {
			end--;
		}
		return new String(entry, end + 1, entry.length - end - 1, StandardCharsets.UTF_8);
	}

	/** Returns the address in an entry. */
	static ActorAddress addressOf(String namespace, String name, byte[] entry) {
		return new ActorAddress(namespace, name, ActorKey.parse(text(entry, 0, end(entry, 0))));
	}

	/** Returns the index of the end of a text. */
	static int end(byte[] entry, int start) {
		int end = start;
		while (entry[end] != END || (entry[end + 1] & 0xff) == ZERO) {
			end += (entry[end] == END) ? 2 : 1;
		}
		return end;
	}

	/** Returns a text of an entry. */
	static String text(byte[] entry, int start, int end) {
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		for (int i = start; i < end; i++) {
			text.write(entry[i]);
			i += (entry[i] == END) ? 1 : 0;
		}
		return text.toString(StandardCharsets.UTF_8);
	}

	/** Returns a text and its end: texts have the order of their bytes. */
	static byte[] ended(String text) {
		return join(key(text), END, new byte[0]);
	}

	/** Returns the least possible entry after those with a serialized key. */
	static byte[] after(String serializedKey) {
		return join(key(serializedKey), END, new byte[] { (byte) ZERO });
	}

	private static byte[] key(String serialized) {
		ByteArrayOutputStream key = new ByteArrayOutputStream();
		for (byte next : encode(serialized)) {
			key.write(next);
			if (next == END) {
				key.write(ZERO);
			}
		}
		return key.toByteArray();
	}

	private static byte[] join(byte[] first, int middle, byte[] last) {
		byte[] all = Arrays.copyOf(first, first.length + 1 + last.length);
		all[first.length] = (byte) middle;
		System.arraycopy(last, 0, all, first.length + 1, last.length);
		return all;
	}

	/**
	 * Returns a text in UTF-8.
	 * @throws IllegalArgumentException if it is not {@linkplain #isStorable storable}
	 */
	static byte[] encode(String text) {
		try {
			ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
			return Arrays.copyOf(bytes.array(), bytes.limit());
		}
		catch (CharacterCodingException ex) {
			throw new IllegalArgumentException("The text contains half of a surrogate pair: " + text, ex);
		}
	}

}
