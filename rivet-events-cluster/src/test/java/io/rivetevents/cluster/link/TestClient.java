/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client with a socket at one node, which records what it receives.
 */
final class TestClient {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	final List<JsonNode> received = new ArrayList<>();

	final ActorAddress address;

	final TestCluster.Node gateway;

	ConnectRequest request;

	OutboundQueue queue;

	@Nullable Throwable refusal;

	private final String user;

	private final @Nullable ClientUsage usage;

	private TestClient(String user, TestCluster.Node gateway, ActorAddress address, ConnectRequest request,
			@Nullable ClientUsage usage) {
		this.usage = usage;
		this.user = user;
		this.gateway = gateway;
		this.address = address;
		this.request = request;
		this.queue = queue(request);
		connect();
	}

	/** A client of the extended mode. */
	static TestClient extended(String user, TestCluster.Node gateway, ActorAddress address, String... events) {
		return new TestClient(user, gateway, address,
				request(user, gateway, null, UUID.randomUUID().toString(), events), null);
	}

	/** A client of the extended mode whose calls and subscriptions are counted. */
	static TestClient counted(ClientUsage usage, TestCluster.Node gateway, ActorAddress address, String... events) {
		return new TestClient("ada", gateway, address,
				request("ada", gateway, null, UUID.randomUUID().toString(), events), usage);
	}

	/** A client of the plain protocol. */
	static TestClient plain(String user, TestCluster.Node gateway, ActorAddress address) {
		return new TestClient(user, gateway, address,
				ConnectRequest.stateful(null, new Identity(() -> user, null)).withGateway(gateway.name()), null);
	}

	/** A client with a request of its own, which names its gateway. */
	static TestClient of(ConnectRequest request, TestCluster.Node gateway, ActorAddress address) {
		return new TestClient("ada", gateway, address, request, null);
	}

	private static ConnectRequest request(String user, TestCluster.Node gateway, @Nullable Position resume,
			String stream, String... events) {
		StreamRequest options = new StreamRequest(
				Stream.of(events).map((event) -> new ToServer.SubscriptionRequest(event, true)).toList(), resume,
				(resume != null) ? StreamRequest.StreamProof.PROVEN : StreamRequest.StreamProof.NEW, stream, "secret",
				null, null, Duration.ofSeconds(10));
		return ConnectRequest.extended(null, new Identity(() -> user, null), options).withGateway(gateway.name());
	}

	private static OutboundQueue queue(ConnectRequest request) {
		return new OutboundQueue((request.stream() != null) ? Encoding.EXTENDED_JSON : Encoding.JSON,
				new OutboundQueue.Limits(1_000_000, 60_000), (waiting) -> {
				});
	}

	private void connect() {
		this.refusal = null;
		this.gateway.harness.connections().register(this.request, this.queue, this.usage);
		(this.gateway.owns(this.address)
				? this.gateway.harness.directory().connect(TestCluster.target(this.address), this.request)
				: this.gateway.links.clients().connect(TestCluster.target(this.address), this.address, this.request))
			.subscribe((info) -> {
			}, (ex) -> this.refusal = ex);
	}

	/** Connects as a client does whose socket was closed. */
	void reconnect(String... events) {
		poll();
		leave();
		this.request = request(this.user, this.gateway, position(), this.request.stream().stream(), events);
		this.queue = queue(this.request);
		connect();
	}

	/** Returns the position of the last message that has one. */
	Position position() {
		poll();
		String epoch = "";
		long position = 0;
		for (JsonNode message : this.received) {
			JsonNode value = message.at("/body/val");
			String tag = tag(message);
			epoch = tag.equals("Init") ? value.path("epoch").stringValue() : epoch;
			position = value.has("pos") ? value.path("pos").longValue()
					: value.has("position") ? value.path("position").longValue() : position;
		}
		return new Position(epoch, position);
	}

	void send(ToServer message) {
		if (!this.gateway.links.clients().deliver(this.request.connectionId(), message)) {
			this.gateway.harness.directory().deliver(this.address, this.request.connectionId(), message);
		}
	}

	void call(long id, String action, Object... args) {
		send(this.gateway.harness.request(id, action, args));
	}

	void callOnce(long id, String key, String action, Object... args) {
		ToServer.ActionRequest request = this.gateway.harness.request(id, action, args);
		send(new ToServer.ActionRequest(id, action, request.args(), new ToServer.CallOptions(false, null, key)));
	}

	void subscribe(String event) {
		send(new ToServer.SubscriptionRequest(event, true));
	}

	/** The socket is closed. */
	void leave() {
		this.queue.end();
		this.gateway.harness.connections().remove(this.request.connectionId(), () -> {
			if (!this.gateway.links.clients().disconnected(this.request.connectionId())) {
				this.gateway.harness.directory().disconnected(this.address, this.request.connectionId());
			}
		});
	}

	boolean isOpen() {
		return this.queue.closeReason() == null && this.refusal == null;
	}

	// What it has received

	List<JsonNode> poll() {
		for (byte[] next = this.queue.poll(); next != null; next = this.queue.poll()) {
			this.received.add(JSON.readTree(new String(next, StandardCharsets.UTF_8)));
		}
		return this.received;
	}

	static String tag(JsonNode message) {
		return message.at("/body/tag").stringValue();
	}

	/** Returns the values of all messages of a kind. */
	List<JsonNode> all(String tag) {
		return poll().stream().filter((each) -> tag(each).equals(tag)).map((each) -> each.at("/body/val")).toList();
	}

	/** Returns the messages in a few words each, without keep-alives. */
	List<String> told() {
		return poll().stream().filter((each) -> !tag(each).equals("KeepAlive")).map(TestClient::describe).toList();
	}

	private static String describe(JsonNode message) {
		JsonNode value = message.at("/body/val");
		return switch (tag(message)) {
			case "Init" ->
				("Init " + value.path("outcome").asString("") + " " + value.path("reason").asString("")).trim();
			case "Event" -> value.path("args").path(0).asString();
			case "ActionResponse" -> "answer " + number(value.path("id"));
			case "Error" -> value.path("code").stringValue() + " " + number(value.path("actionId"));
			default -> tag(message);
		};
	}

	/** Ids of the plain protocol are marked as big integers. */
	private static String number(JsonNode id) {
		return id.isArray() ? id.path(1).asString() : id.asString("");
	}

}
