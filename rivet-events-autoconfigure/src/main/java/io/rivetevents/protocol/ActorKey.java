package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What tells two instances of an actor apart: a list of texts, which may be empty.
 *
 * @param parts the texts
 */
public record ActorKey(List<String> parts) {

	/** The key without parts. */
	public static final ActorKey EMPTY = new ActorKey(List.of());

	private static final String SERIALIZED_EMPTY = "/";

	public ActorKey {
		parts = List.copyOf(parts);
	}

	public static ActorKey of(String... parts) {
		return new ActorKey(List.of(parts));
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
				text.append('/');
			}
			text.append(part.isEmpty() ? "\\0" : part.replace("\\", "\\\\").replace("/", "\\/"));
		}
		return text.toString();
	}

	/**
	 * Read a serialized key.
	 * @param serialized its text; {@code null} for the empty key
	 */
	public static ActorKey parse(@Nullable String serialized) {
		if (serialized == null || serialized.equals(SERIALIZED_EMPTY)) {
			return EMPTY;
		}
		List<String> parts = new ArrayList<>();
		StringBuilder part = new StringBuilder();
		for (int i = 0; i < serialized.length(); i++) {
			char next = serialized.charAt(i);
			if (next == '/') {
				parts.add(part.toString());
				part.setLength(0);
			}
			else if (next == '\\' && i + 1 < serialized.length()) {
				char escaped = serialized.charAt(++i);
				if (escaped != '0') {
					part.append(escaped);
				}
			}
			else {
				part.append(next);
			}
		}
		parts.add(part.toString());
		return new ActorKey(parts);
	}

	/**
	 * Read the key of a gateway URL, whose parts are joined with commas and not escaped.
	 * A part with a comma becomes two: the wire cannot tell.
	 * @param joined the value of {@code rvt-key}; {@code null} for the empty key
	 */
	public static ActorKey ofQueryParameter(@Nullable String joined) {
		return (joined == null || joined.isEmpty()) ? EMPTY : of(joined.split(",", -1));
	}

	@Override
	public String toString() {
		return serialize();
	}

}
