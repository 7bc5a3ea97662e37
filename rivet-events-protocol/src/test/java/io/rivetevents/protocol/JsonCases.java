/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Texts that are JSON, that are not, and that a reader may take or not, for each rule of
 * RFC 8259.
 */
public final class JsonCases {

	private static final Pattern LINE = Pattern.compile("([yni]) (.+?) \\|(.*)\\|(?: (taken|refused))?");

	private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");

	private JsonCases() {
	}

	/**
	 * A text.
	 *
	 * @param name what is special about it
	 * @param json its bytes
	 * @param taken whether it is to be taken
	 * @param open whether the RFC leaves that to the reader
	 */
	public record JsonCase(String name, byte[] json, boolean taken, boolean open) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	public static Stream<JsonCase> all() {
		try (InputStream in = Objects.requireNonNull(JsonCases.class.getResourceAsStream("/json-cases.txt"))) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
				.filter((line) -> !line.isEmpty() && !line.startsWith("#"))
				.map(JsonCases::read)
				.toList()
				.stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static Stream<JsonCase> taken() {
		return all().filter(JsonCase::taken);
	}

	public static Stream<JsonCase> refused() {
		return all().filter((each) -> !each.taken());
	}

	private static JsonCase read(String line) {
		Matcher parts = LINE.matcher(line);
		if (!parts.matches()) {
			throw new IllegalStateException("No case: " + line);
		}
		boolean open = parts.group(1).equals("i");
		boolean taken = open ? "taken".equals(parts.group(4)) : parts.group(1).equals("y");
		return new JsonCase(parts.group(2), bytes(parts.group(3)), taken, open);
	}

	private static byte[] bytes(String text) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		Matcher escapes = BYTE.matcher(text);
		int plain = 0;
		while (escapes.find()) {
			out.writeBytes(text.substring(plain, escapes.start()).getBytes(StandardCharsets.UTF_8));
			out.write(HexFormat.fromHexDigits(escapes.group(1)));
			plain = escapes.end();
		}
		out.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
		return out.toByteArray();
	}

	/** Returns the text between two others. */
	public static byte[] within(String before, byte[] json, String after) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.writeBytes(before.getBytes(StandardCharsets.UTF_8));
		out.writeBytes(json);
		out.writeBytes(after.getBytes(StandardCharsets.UTF_8));
		return out.toByteArray();
	}

}
