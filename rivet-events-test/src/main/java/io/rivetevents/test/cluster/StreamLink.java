/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection over Server-Sent Events. The thread that waits for its end reads it.
 */
final class StreamLink implements ClientLink {

	private static final JsonMapper MAPPER = new JsonMapper();

	private final Consumer<Message> receiver;

	private final InputStream stream;

	private String id = "";

	private String event = "";

	/**
	 * Connects.
	 * @param address host, port and parameters of the gateway
	 * @param hello the first message of the client
	 * @param receiver receives messages, one after the other
	 */
	StreamLink(String address, String hello, Consumer<Message> receiver) {
		this.receiver = receiver;
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address.formatted("sse")))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(hello))
			.build();
		HttpResponse<InputStream> response = HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
			.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
			.join();
		this.stream = response.body();
		if (response.statusCode() != 200) {
			close();
			throw new IllegalStateException("Status " + response.statusCode());
		}
	}

	@Override
	public void join() {
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(this.stream, StandardCharsets.UTF_8))) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				read(line);
			}
		}
		catch (IOException ex) {
			// it has ended
		}
	}

	private void read(String line) {
		if (line.startsWith("id: ")) {
			this.id = line.substring(4);
		}
		else if (line.startsWith("event: ")) {
			this.event = line.substring(7);
		}
		else if (line.startsWith("data: ")) {
			this.receiver.accept(message(MAPPER.readTree(line.substring(6))));
		}
	}

	private Message message(JsonNode value) {
		return switch (this.event) {
			case "rivet:init" -> new Message("Init", value, null);
			case "rivet:gap" -> new Message("Gap", value, null);
			default -> this.event.startsWith("rivet:") ? new Message(this.event, value, null)
					: new Message("Event", value, Long.valueOf(this.id.substring(this.id.lastIndexOf('-') + 1)));
		};
	}

	@Override
	public void close() {
		try {
			this.stream.close();
		}
		catch (IOException ex) {
			// it has ended
		}
	}

}
