/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.explain.Explanation;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.TestHandshake;

/**
 * Options with which a client of a test connects. {@link #subscribe} or {@link #open()}
 * connects it. Used by one thread.
 *
 * @since 0.1.0
 */
public final class ConnectSpec {

	private final ActorTester tester;

	private final ActorAddress address;

	private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	private @Nullable Principal user;

	private @Nullable JsonNode params;

	private @Nullable JsonNode credentials;

	private byte @Nullable [] input;

	private boolean creates = true;

	private boolean extended = true;

	/** Number of the node, 0 for the first one that runs. */
	private int node;

	ConnectSpec(ActorTester tester, ActorAddress address, @Nullable Principal user) {
		this.tester = tester;
		this.address = address;
		this.user = user;
	}

	/**
	 * Sets the user, without credentials. By default it is the user of the test's thread,
	 * such as that of {@code @WithMockUser}.
	 * @param user the user
	 */
	public ConnectSpec as(TestUser user) {
		return as(user.principal());
	}

	/**
	 * Sets the user, without credentials.
	 * @param user the user, for example an {@code Authentication}
	 */
	public ConnectSpec as(Principal user) {
		this.user = user;
		return this;
	}

	/** Connects without a user. */
	public ConnectSpec anonymous() {
		this.user = null;
		return this;
	}

	/**
	 * Sets the connection params.
	 * @param params an object that is written as JSON
	 */
	public ConnectSpec params(Object params) {
		this.params = Values.received(mapper(), params);
		return this;
	}

	/**
	 * Sets the credentials of the first message.
	 * @param credentials an object that is written as JSON
	 */
	public ConnectSpec credentials(Object credentials) {
		this.credentials = Values.received(mapper(), credentials);
		return this;
	}

	/**
	 * Sets a bearer token, which is sent in the first message and is authenticated by the
	 * application.
	 * @param token the token
	 */
	public ConnectSpec bearerToken(String token) {
		return credentials(Map.of("token", token));
	}

	/**
	 * Adds a header of the request.
	 * @param name name of the header
	 * @param value its value
	 */
	public ConnectSpec header(String name, String value) {
		this.headers.computeIfAbsent(name, (missing) -> new ArrayList<>()).add(value);
		return this;
	}

	/**
	 * Sets the input for a new instance.
	 * @param input an object that is written as JSON
	 */
	public ConnectSpec input(Object input) {
		this.input = WireValues.encodeJson(mapper().toTree(input));
		return this;
	}

	/** Connects only to an instance that exists, instead of creating it. */
	public ConnectSpec existing() {
		this.creates = false;
		return this;
	}

	/**
	 * Uses the protocol of RivetKit clients, without the extended mode: the client cannot
	 * resume.
	 */
	public ConnectSpec plainProtocol() {
		this.extended = false;
		return this;
	}

	/**
	 * Sets the node that the client connects to, whichever node has the instance.
	 * Default: the first one that runs, to which the client resumes as well if the node
	 * does not run any more.
	 * @param node number of the node, from 1
	 * @throws IllegalStateException if the node does not run
	 */
	public ConnectSpec at(int node) {
		this.tester.nodes().checkRunning(node);
		this.node = node;
		return this;
	}

	/**
	 * Connects and subscribes to events. Returns when the client is connected or has been
	 * rejected, which {@link TestConnection#expectRefused()} and
	 * {@link TestConnection#expectClosed()} expect. A client that can only be accepted
	 * after time has passed, or after a partition, is still connecting; its calls wait.
	 * @param events names of the events
	 */
	public TestConnection subscribe(String... events) {
		Assert.state(this.extended || this.credentials == null,
				"Credentials are part of the extended mode: remove plainProtocol()");
		return this.tester.add(new TestConnection(this, List.of(events)));
	}

	/**
	 * Connects without a subscription. Returns as {@link #subscribe} does.
	 */
	public TestConnection open() {
		return subscribe();
	}

	boolean isExtended() {
		return this.extended;
	}

	Encoding encoding() {
		return this.extended ? Encoding.EXTENDED_JSON : Encoding.JSON;
	}

	ActorTarget target() {
		return this.creates ? new ActorTarget.GetOrCreate(this.address, this.input) : new ActorTarget.Get(this.address);
	}

	int node() {
		return this.node;
	}

	boolean creates() {
		return this.creates;
	}

	ActorAddress address() {
		return this.address;
	}

	@Nullable JsonNode params() {
		return this.params;
	}

	@Nullable Principal user() {
		return this.user;
	}

	Map<String, List<String>> headers() {
		return this.headers;
	}

	byte @Nullable [] input() {
		return this.input;
	}

	TestHandshake handshake() {
		String name = URLEncoder.encode(this.address.name(), StandardCharsets.UTF_8);
		URI uri = URI.create("http://localhost/rivet/gateway/%s/connect".formatted(name));
		return new TestHandshake(uri, this.headers, this.user);
	}

	ToServer.Hello hello(List<ToServer.SubscriptionRequest> subscriptions, ToServer.@Nullable Resume resume) {
		JsonNode credentials = this.credentials;
		return new ToServer.Hello(subscriptions, resume, null, this.params, credentials, null);
	}

	ClientTransport transport(ClientTransport.Receiver receiver) {
		return this.tester.transport(this, receiver);
	}

	Progress progress() {
		return this.tester.progress();
	}

	ValueMapper mapper() {
		return this.tester.mapper();
	}

	EventContracts contracts() {
		return this.tester.contracts();
	}

	<T> T actions(Class<T> api, TestConnection connection) {
		return this.tester.actions(api, connection, this.address);
	}

	boolean isOneWay(String action) {
		return this.tester.isOneWay(this.address.name(), action);
	}

	Explanation explain(String event) {
		return this.tester.deliveries().explain(this.address, event);
	}

	String describe() {
		Principal user = this.user;
		return "%s at %s".formatted((user != null) ? "user " + user.getName() : "an anonymous client", this.address);
	}

}
