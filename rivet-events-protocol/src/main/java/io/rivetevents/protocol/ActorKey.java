/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Identifies an instance of an actor: a list of texts, which can be empty. Can be used as
 * the key of a hash map.
 *
 * @param parts the texts, copied
 * @since 0.1.0
 */
public record ActorKey(List<String> parts) implements Comparable<ActorKey> {

	/** The key without parts. */
	public static final ActorKey EMPTY = new ActorKey(List.of());

	private static final String SERIALIZED_EMPTY = "/";

	/** Maximum number of logged characters, enough for most keys. */
	private static final int MAX_LOGGED = 1024;

	private static final char SEPARATOR = '/';

	private static final char ESCAPE = '\\';

	/** After the escape: the part is an empty text. */
	private static final char EMPTY_MARK = '0';

	public ActorKey {
		parts = List.copyOf(parts);
	}

	/**
	 * Returns the key of some texts.
	 * @param parts the texts; none for the empty key
	 */
	public static ActorKey of(String... parts) {
		return new ActorKey(List.of(parts));
	}

	/**
	 * Returns the key of a list of texts.
	 * @param parts the texts, copied; none for the empty key
	 * @since 0.1.0
	 */
	public static ActorKey of(List<String> parts) {
		return new ActorKey(parts);
	}

	/**
	 * Compares part by part. A key is less than longer keys that begin with it.
	 */
	@Override
	public int compareTo(ActorKey other) {
		int common = Math.min(this.parts.size(), other.parts.size());
		for (int i = 0; i < common; i++) {
			int order = this.parts.get(i).compareTo(other.parts.get(i));
			if (order != 0) {
				return order;
			}
		}
		return Integer.compare(this.parts.size(), other.parts.size());
	}

	/**
	 * Returns the text of the key on the wire: protocol document, section 4.
	 */
	public String serialize() {
		if (this.parts.isEmpty()) {
			return SERIALIZED_EMPTY;
		}
		StringBuilder text = new StringBuilder();
		for (String part : this.parts) {
			if (!text.isEmpty()) {
				text.append(SEPARATOR);
			}
			appendEscaped(text, part);
		}
		return text.toString();
	}

	private static void appendEscaped(StringBuilder text, String part) {
		if (part.isEmpty()) {
			text.append(ESCAPE).append(EMPTY_MARK);
		}
		for (int i = 0; i < part.length(); i++) {
			char next = part.charAt(i);
			if (next == SEPARATOR || next == ESCAPE) {
				text.append(ESCAPE);
			}
			text.append(next);
		}
	}

	/**
	 * Reads a serialized key. Every text is valid.
	 * @param serialized the text, {@code null} for the empty key
	 */
	public static ActorKey parse(@Nullable String serialized) {
		if (serialized == null || serialized.equals(SERIALIZED_EMPTY)) {
			return EMPTY;
		}
		List<String> parts = new ArrayList<>();
		int start = 0;
		for (int i = 0; i < serialized.length(); i++) {
			char next = serialized.charAt(i);
			if (next == ESCAPE) {
				i++;
			}
			else if (next == SEPARATOR) {
				parts.add(unescape(serialized.substring(start, i)));
				start = i + 1;
			}
		}
		parts.add(unescape(serialized.substring(start)));
		return new ActorKey(parts);
	}

	/**
	 * An escaped zero anywhere makes the part empty. An escape at the end is ignored.
	 */
	private static String unescape(String part) {
		if (part.indexOf(ESCAPE) < 0) {
			return part;
		}
		StringBuilder text = new StringBuilder(part.length());
		for (int i = 0; i < part.length(); i++) {
			char next = part.charAt(i);
			if (next == ESCAPE && i + 1 < part.length()) {
				next = part.charAt(++i);
				if (next == EMPTY_MARK) {
					return "";
				}
			}
			text.append(next);
		}
		return text.toString();
	}

	/**
	 * Reads the key of a gateway URL, whose parts are joined with commas and not escaped.
	 * A part with a comma becomes two parts, because the wire does not distinguish them.
	 * @param joined the value of {@code rvt-key}; {@code null} for the empty key
	 */
	public static ActorKey ofQueryParameter(@Nullable String joined) {
		return (joined == null || joined.isEmpty()) ? EMPTY : of(joined.split(",", -1));
	}

	/**
	 * Returns the key for the log: {@linkplain #serialize() serialized}, on one line and
	 * of limited length.
	 */
	@Override
	public String toString() {
		return SafeText.of(serialize(), MAX_LOGGED);
	}

}
