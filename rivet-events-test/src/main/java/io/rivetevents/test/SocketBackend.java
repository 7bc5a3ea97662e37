/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.SocketTransport;
import io.rivetevents.test.node.SocketUsers;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.store.FaultyStateStore;

/**
 * The application as it is, in real time, with clients over WebSocket.
 */
final class SocketBackend implements Backend {

	private final LocalNode node;

	private final Environment environment;

	private final String basePath;

	private final SocketUsers users;

	private final Duration patience;

	/**
	 * Creates the backend.
	 * @param node the node of the application
	 * @param environment contains the port, once the server has started
	 * @param basePath prefix of the routes of actors
	 * @param users users without credentials
	 * @param patience longest wait for anything
	 */
	SocketBackend(LocalNode node, Environment environment, String basePath, SocketUsers users, Duration patience) {
		this.node = node;
		this.environment = environment;
		this.basePath = basePath;
		this.users = users;
		this.patience = patience;
	}

	@Override
	public ClientTransport transport(ConnectSpec spec, ClientTransport.Receiver receiver) {
		Map<String, List<String>> headers = new TreeMap<>(spec.headers());
		Principal user = spec.user();
		if (user != null) {
			headers.put(SocketUsers.HEADER, List.of(this.users.add(user)));
		}
		List<String> subprotocols = new ArrayList<>(List.of("rivet", "rivet_encoding.json"));
		JsonNode params = spec.params();
		if (spec.isExtended()) {
			subprotocols.add("rivet_ext.1");
		}
		else if (params != null) {
			subprotocols
				.add("rivet_conn_params." + encode(new String(WireValues.encodeJson(params), StandardCharsets.UTF_8)));
		}
		return new SocketTransport(uri(spec), headers, subprotocols, spec.encoding(), receiver);
	}

	private URI uri(ConnectSpec spec) {
		String port = this.environment.getProperty("local.server.port");
		Assert.state(port != null, "rivet.test.transport=websocket requires a server:"
				+ " use @SpringBootTest(webEnvironment = RANDOM_PORT) with WebFlux");
		Assert.state(spec.input() == null,
				"An input requires a client in memory: remove rivet.test.transport=websocket");
		ActorAddress address = spec.address();
		String key = String.join(",", address.key().parts());
		String how = spec.creates() ? "getOrCreate&rvt-runner=default" : "get";
		return URI.create("ws://localhost:%s%s/gateway/%s/connect?rvt-method=%s&rvt-key=%s".formatted(port,
				this.basePath, encode(address.name()), how, encode(key)));
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	@Override
	public Progress progress(Supplier<List<TestConnection>> connections) {
		return new SocketProgress(this.node, connections, this.patience);
	}

	@Override
	public Instant now() {
		return Instant.now();
	}

	@Override
	public void restart() {
		throw unsupported("restart()");
	}

	@Override
	public void kill(List<TestConnection> connections) {
		throw unsupported("kill()");
	}

	@Override
	public TestNodes nodes() {
		throw unsupported("A choice of a node");
	}

	@Override
	public void kill(int node, List<TestConnection> connections) {
		throw unsupported("kill(node)");
	}

	@Override
	public void stop(int node, List<TestConnection> connections) {
		throw unsupported("stop(node)");
	}

	@Override
	public FaultyStateStore store() {
		throw unsupported("A fault of the store");
	}

	static UnsupportedOperationException unsupported(String what) {
		return new UnsupportedOperationException(
				"%s requires clients in memory and virtual time: remove rivet.test.transport=websocket"
					.formatted(what));
	}

	@Override
	public void reset(List<TestConnection> connections) {
		connections.stream().filter(TestConnection::isOpen).forEach((connection) -> connection.transport().cut());
		this.users.clear();
	}

	@Override
	public void end(List<TestConnection> connections) {
		reset(connections);
	}

}
