package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What tells two instances of an actor apart: a list of texts, which may be empty. Made
 * to be the key of a hash map.
 *
 * @param parts the texts, copied
 * @since 0.1.0
 */
public record ActorKey(List<String> parts) implements Comparable<ActorKey> {

	/** The key without parts. */
	public static final ActorKey EMPTY = new ActorKey(List.of());

	private static final String SERIALIZED_EMPTY = "/";

	/** Characters that are logged: as many as most keys may have. */
	private static final int MAX_LOGGED = 1024;

	private static final char SEPARATOR = '/';

	private static final char ESCAPE = '\\';

	/** Behind the escape: the part is the empty text. */
	private static final char EMPTY_MARK = '0';

	public ActorKey {
		parts = List.copyOf(parts);
	}

	/**
	 * Return the key of these texts.
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
	 * Compares part by part; a key comes before those that begin with it.
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
	 * Return the one text that stands for the key on the wire: protocol document, section
	 * 4.
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
	 * Read a serialized key.
	 * @param serialized its text; {@code null} for the empty key. Every text is one.
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
	 * An escaped zero anywhere makes the part empty; a lone escape at the end is none.
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
	 * Read the key of a gateway URL, whose parts are joined with commas and not escaped.
	 * A part with a comma becomes two: the wire cannot tell.
	 * @param joined the value of {@code rvt-key}; {@code null} for the empty key
	 */
	public static ActorKey ofQueryParameter(@Nullable String joined) {
		return (joined == null || joined.isEmpty()) ? EMPTY : of(joined.split(",", -1));
	}

	/**
	 * Return the key as the log has it: {@linkplain #serialize() serialized}, on one line
	 * and of bounded length.
	 */
	@Override
	public String toString() {
		return SafeText.of(serialize(), MAX_LOGGED);
	}

}
