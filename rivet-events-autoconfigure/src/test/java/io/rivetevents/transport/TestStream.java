/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.EventStream;
import io.rivetevents.protocol.value.WireValues;

/**
 * A client of the protocol on an event stream.
 */
public final class TestStream extends TestClient {

	private static final Map<String, String> TAGS = Map.ofEntries(Map.entry("rivet:init", "Init"),
			Map.entry("rivet:gap", "Gap"), Map.entry("rivet:keepalive", "KeepAlive"),
			Map.entry("rivet:response", "ActionResponse"), Map.entry("rivet:error", "Error"),
			Map.entry("rivet:subscription", "SubscriptionResponse"), Map.entry("rivet:expiring", "Expiring"),
			Map.entry("rivet:authenticated", "AuthenticateResponse"), Map.entry("rivet:goingaway", "GoingAway"),
			Map.entry("rivet:close", "Close"));

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/** Base of the requests about the connection. */
	private volatile String base;

	private final HttpResponse<InputStream> response;

	private final List<String> ids = new CopyOnWriteArrayList<>();

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private volatile @Nullable Received init;

	private int sequence;

	private TestStream(String base, HttpRequest request) {
		this.base = base;
		try {
			this.response = this.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		Thread reader = new Thread(this::read, "test-stream");
		reader.setDaemon(true);
		reader.start();
	}

	/** Open a stream as our own client does. */
	public static TestStream post(String base, String query, ToServer.Hello hello, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + query))
			.header("content-type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofByteArray(encode(Encoding.EXTENDED_JSON, hello)));
		return new TestStream(base, (headers.length > 0 ? request.headers(headers) : request).build());
	}

	/** Open a stream as an {@code EventSource} does. */
	public static TestStream get(String base, String query, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + query));
		return new TestStream(base, (headers.length > 0 ? request.headers(headers) : request).build());
	}

	public HttpResponse<InputStream> response() {
		return this.response;
	}

	/** The ids of the items so far. */
	public List<String> ids() {
		return this.ids;
	}

	/** All lines so far. */
	public List<String> lines() {
		return this.lines;
	}

	private void read() {
		try (BufferedReader in = new BufferedReader(
				new InputStreamReader(this.response.body(), StandardCharsets.UTF_8))) {
			Map<String, String> fields = new java.util.HashMap<>();
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				this.lines.add(line);
				int colon = line.indexOf(": ");
				if (line.isEmpty()) {
					onItem(new java.util.HashMap<>(fields));
					fields.clear();
				}
				else if (colon > 0) {
					fields.put(line.substring(0, colon), line.substring(colon + 2));
				}
			}
		}
		catch (IOException ex) {
			// cut, by whomever
		}
		this.closed.tryEmitValue(CloseStatus.NO_CLOSE_FRAME);
	}

	private void onItem(Map<String, String> fields) {
		String event = fields.get("event");
		if (event == null) {
			return;
		}
		String id = fields.get("id");
		if (id != null) {
			this.ids.add(id);
		}
		Received received = received(event, fields);
		if (received.tag().equals("Init")) {
			this.init = received;
		}
		onExtended(received);
		if (received.tag().equals("Close")) {
			this.closed.tryEmitValue(status(received));
		}
	}

	private static Received received(String event, Map<String, String> fields) {
		String tag = TAGS.get(event);
		if (tag != null) {
			return new Received(tag, WireValues.decodeJson(fields.get("data")));
		}
		ObjectNode value = JsonNodeFactory.instance.objectNode().put("name", event);
		value.set("args", WireValues.decodeJson(fields.get("data")));
		String id = fields.get("id");
		Position position = (id != null) ? EventStream.position(id) : null;
		if (position != null) {
			value.put("pos", position.sequence());
		}
		String tags = fields.get("tags");
		if (tags != null) {
			value.set("tags", WireValues.decodeJson(tags));
		}
		return new Received("Event", value);
	}

	@Override
	public void send(ToServer message) {
		this.sequence++;
		int status = upward("POST", ExtendedClientCodec.encodeAll(message), "x-rivet-sequence",
				Integer.toString(this.sequence))
			.statusCode();
		if (status != 202) {
			throw new IllegalStateException("Status " + status);
		}
	}

	@Override
	public void sendRaw(byte[] bytes) {
		upward("POST", bytes);
	}

	/** Send all further requests about the connection to another server. */
	public void setBase(String base) {
		this.base = base;
	}

	/** Send a request of its own for the connection. */
	public HttpResponse<String> upward(String method, byte[] body, String... headers) {
		Received init = this.init;
		List<String> all = new ArrayList<>(List.of("content-type", "application/json"));
		if (init != null && !List.of(headers).contains("x-rivet-secret")) {
			all.addAll(List.of("x-rivet-secret", init.text("secret")));
		}
		all.addAll(List.of(headers));
		String id = (init != null) ? init.text("connectionId") : "none";
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.base + "/connections/" + id))
			.headers(all.toArray(String[]::new))
			.method(method, HttpRequest.BodyPublishers.ofByteArray(body))
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void cut() {
		try {
			this.response.body().close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		cut();
	}

}
