/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A connection with HTTP, including event streams.
 */
class HttpPeer extends Peer {

	private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

	private static final int HEX = 16;

	HttpPeer(InetSocketAddress to, @Nullable InetSocketAddress from, int receiveBuffer) throws IOException {
		super(to, from, receiveBuffer);
	}

	/**
	 * An answer.
	 *
	 * @param status its status; 0 if the connection ended first
	 * @param body its body
	 */
	record Answer(int status, String body) {

		static final Answer ENDED = new Answer(0, "");

		boolean refused() {
			return this.status == 0 || this.status >= 400;
		}

		/** Returns the status, and the code of the error if there is one. */
		String name() {
			return (this.status == 0) ? "connection closed" : "HTTP " + this.status;
		}

	}

	/**
	 * Reads an answer to its end.
	 * @param millis maximum time without data
	 * @return the answer, {@code null} if none has arrived in time
	 */
	@Nullable Answer answer(long millis) {
		String head = readUntil("\r\n\r\n", millis);
		if (head == null) {
			return (ending() != null) ? Answer.ENDED : null;
		}
		int status = status(head);
		Matcher length = LENGTH.matcher(head);
		if (length.find()) {
			int count = Integer.parseInt(length.group(1));
			return await(count, millis) ? new Answer(status, new String(take(count), StandardCharsets.UTF_8))
					: unfinished(status);
		}
		if (!head.toLowerCase(Locale.ROOT).contains("chunked")) {
			return new Answer(status, "");
		}
		StringBuilder body = new StringBuilder();
		String chunk = chunk(millis);
		while (chunk != null && !chunk.isEmpty()) {
			body.append(chunk);
			chunk = chunk(millis);
		}
		return (chunk != null) ? new Answer(status, body.toString()) : unfinished(status);
	}

	private @Nullable Answer unfinished(int status) {
		return (ending() != null) ? new Answer((status >= 400) ? status : 0, "") : null;
	}

	/**
	 * Reads the headers of an answer.
	 * @return its status; 0 if the connection ended, -1 if nothing has arrived in time
	 */
	int head(long millis) {
		String head = readUntil("\r\n\r\n", millis);
		return (head != null) ? status(head) : (ending() != null) ? 0 : -1;
	}

	private static int status(String head) {
		return (head.length() > 12) ? Integer.parseInt(head.substring(9, 12)) : 0;
	}

	/**
	 * Reads a chunk of a body.
	 * @return its content, empty for the last chunk; {@code null} if none has arrived
	 */
	@Nullable String chunk(long millis) {
		String size = readUntil("\r\n", millis);
		if (size == null) {
			return null;
		}
		int count = Integer.parseInt(size, HEX);
		if (!await(count + 2, millis)) {
			return null;
		}
		String text = new String(take(count), StandardCharsets.UTF_8);
		take(2);
		return text;
	}

}
