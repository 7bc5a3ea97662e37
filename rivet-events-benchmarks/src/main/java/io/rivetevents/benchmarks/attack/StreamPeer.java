/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * An event stream.
 */
final class StreamPeer extends HttpPeer {

	private static final Pattern ID = Pattern.compile("\"connectionId\":\"([^\"]+)\"");

	private static final Pattern SECRET = Pattern.compile("\"secret\":\"([^\"]+)\"");

	private final StringBuilder text = new StringBuilder();

	private String connectionId = "";

	private String secret = "";

	StreamPeer(InetSocketAddress to, @Nullable InetSocketAddress from, int receiveBuffer) throws IOException {
		super(to, from, receiveBuffer);
	}

	/**
	 * Requests a stream and waits for its first message.
	 * @return whether the server has accepted it
	 */
	boolean open(String path, long millis) {
		return write(Wire.get(path), millis) && head(millis) == 200 && init(millis);
	}

	private boolean init(long millis) {
		String init = awaitItem("event: rivet:init", millis);
		if (init == null) {
			return false;
		}
		this.connectionId = find(ID, init);
		this.secret = find(SECRET, init);
		return true;
	}

	private static String find(Pattern pattern, String text) {
		Matcher matcher = pattern.matcher(text);
		return matcher.find() ? matcher.group(1) : "";
	}

	/** Returns a request that sends messages to the connection of this stream. */
	byte[] post(String messages) {
		return Wire.request("POST", "/rivet/connections/" + this.connectionId,
				"x-rivet-secret: " + this.secret + "\r\n", Wire.ascii("[" + messages + "]"));
	}

	/**
	 * Waits for an item, and discards those before it.
	 * @param what a part of its text
	 * @return its text, {@code null} if it has not arrived in time
	 */
	@Nullable String awaitItem(String what, long millis) {
		long deadline = deadline(millis);
		while (true) {
			int end = this.text.indexOf("\n\n");
			if (end >= 0) {
				String item = this.text.substring(0, end);
				this.text.delete(0, end + 2);
				if (item.contains(what)) {
					return item;
				}
				continue;
			}
			String chunk = chunk(Math.max((deadline - System.nanoTime()) / 1_000_000, 1));
			if (chunk == null || chunk.isEmpty()) {
				return null;
			}
			this.text.append(chunk);
		}
	}

}
