/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

/**
 * A limit for clients. {@code docs/limits.md} lists each with its default and with the
 * error that a client receives when it is reached.
 *
 * @since 0.1.0
 */
public enum Limit {

	/** Unanswered calls and subscription requests of one connection. */
	CONNECTION_CALLS("limits.connection.calls"),

	/** Memory of the messages of one connection that wait or run. */
	CONNECTION_PENDING("limits.connection.pending-size"),

	/** Subscriptions of one connection. */
	CONNECTION_SUBSCRIPTIONS("limits.connection.subscriptions"),

	/** Memory of the subscriptions of a connection. */
	CONNECTION_SUBSCRIPTIONS_SIZE("limits.connection.subscriptions-size"),

	/** Bytes that wait to be written to one client. */
	CONNECTION_QUEUED("websocket.max-queued-size"),

	/** Turns of clients that wait for one instance. */
	MAILBOX("actor.mailbox-capacity"),

	/** Stored connections of one instance that sleeps while clients are connected. */
	HIBERNATED("actor.max-hibernated-size"),

	/** Unanswered calls of clients to one instance. */
	INSTANCE_CALLS("limits.instance.calls"),

	/** Memory of the messages that wait for one instance or run in it. */
	INSTANCE_PENDING("limits.instance.pending-size"),

	/** Unanswered calls of one principal. */
	PRINCIPAL_CALLS("limits.principal.calls"),

	/** Calls a second of one principal. */
	PRINCIPAL_CALL_RATE("limits.principal.call-rate"),

	/** Received bytes a second of one principal. */
	PRINCIPAL_RECEIVE_RATE("limits.principal.receive-rate"),

	/** Deliveries a second because of calls of one principal. */
	PRINCIPAL_FAN_OUT_RATE("limits.principal.fan-out-rate"),

	/** Open connections of one principal. */
	PRINCIPAL_CONNECTIONS("limits.principal.connections"),

	/** Subscriptions of all connections of one principal. */
	PRINCIPAL_SUBSCRIPTIONS("limits.principal.subscriptions"),

	/** Instances in memory that one principal has created. */
	PRINCIPAL_INSTANCES("limits.principal.instances"),

	/** Unanswered calls of one tenant. */
	TENANT_CALLS("limits.tenant.calls"),

	/** Calls a second of one tenant. */
	TENANT_CALL_RATE("limits.tenant.call-rate"),

	/** Received bytes a second of one tenant. */
	TENANT_RECEIVE_RATE("limits.tenant.receive-rate"),

	/** Deliveries a second because of calls of one tenant. */
	TENANT_FAN_OUT_RATE("limits.tenant.fan-out-rate"),

	/** Open connections of one tenant. */
	TENANT_CONNECTIONS("limits.tenant.connections"),

	/** Subscriptions of all connections of one tenant. */
	TENANT_SUBSCRIPTIONS("limits.tenant.subscriptions"),

	/** Instances in memory that clients of one tenant have created. */
	TENANT_INSTANCES("limits.tenant.instances"),

	/** Unanswered calls from one remote address. */
	ADDRESS_CALLS("limits.address.calls"),

	/** Calls a second from one remote address. */
	ADDRESS_CALL_RATE("limits.address.call-rate"),

	/** Received bytes a second from one remote address. */
	ADDRESS_RECEIVE_RATE("limits.address.receive-rate"),

	/** Deliveries a second because of calls from one remote address. */
	ADDRESS_FAN_OUT_RATE("limits.address.fan-out-rate"),

	/** Open connections from one remote address. */
	ADDRESS_CONNECTIONS("limits.address.connections"),

	/** Subscriptions of all connections from one remote address. */
	ADDRESS_SUBSCRIPTIONS("limits.address.subscriptions"),

	/** Instances in memory that were created from one remote address. */
	ADDRESS_INSTANCES("limits.address.instances"),

	/** Calls a second of all clients of the node. */
	NODE_CALL_RATE("limits.node.call-rate"),

	/** Received bytes a second of all clients of the node. */
	NODE_RECEIVE_RATE("limits.node.receive-rate"),

	/** Deliveries a second because of calls of all clients of the node. */
	NODE_FAN_OUT_RATE("limits.node.fan-out-rate"),

	/** Open connections of the node. */
	NODE_CONNECTIONS("limits.node.connections"),

	/** Memory of all messages that wait or run. */
	NODE_PENDING("limits.node.pending-size"),

	/** Memory of all bytes that wait to be written. */
	NODE_QUEUED("limits.node.queued-size"),

	/** Memory of all subscriptions. */
	NODE_SUBSCRIPTIONS("limits.node.subscriptions-size"),

	/** Memory of all recorded events for clients that resume. */
	NODE_HISTORY("limits.node.history-size"),

	/** Memory of all answers that are kept for repeated calls. */
	NODE_ANSWERS("limits.node.answers-size"),

	/** Memory of all instances that are awake, without their states. */
	NODE_AWAKE("limits.node.awake-size"),

	/** Memory of all instances in the memory store. */
	NODE_STORED("limits.node.stored-size"),

	/** Memory of bodies, fragments and frames that have arrived only partly. */
	NODE_RECEIVING("limits.node.receiving-size"),

	/** Direct memory of data that sockets have not accepted yet. */
	NODE_SENDING("limits.node.sending-size"),

	/**
	 * Memory of all sockets with compression, which is neither heap nor direct memory.
	 */
	NODE_COMPRESSION("limits.node.compression-size"),

	/** Memory of connections that are not to an actor, and of unanswered requests. */
	NODE_REQUESTS("limits.node.requests-size"),

	/** Time for the head of a request, including TLS and upgrade. */
	HEADER_TIMEOUT("limits.header-timeout"),

	/** Time for the body of a request. */
	BODY_TIMEOUT("limits.body-timeout"),

	/** Time without a request on an open connection. */
	IDLE_TIMEOUT("limits.idle-timeout"),

	/** Time without progress of an answer that its client does not read. */
	WRITE_TIMEOUT("limits.write-timeout"),

	/** Time for the first message of a client of the extended mode. */
	HELLO_TIMEOUT("security.authentication-timeout"),

	/** Size of one message from a client. */
	MESSAGE_SIZE("websocket.max-message-size"),

	/**
	 * Pongs to a client that has not read the previous one: one waits, then the one for
	 * the last ping. Not configurable.
	 */
	PONGS(""),

	/**
	 * Memory of events of the runtime that wait for the application's listeners. Not
	 * configurable.
	 */
	APPLICATION_EVENTS(""),

	/** Size of one message to a client. */
	OUTGOING_SIZE("websocket.max-outgoing-message-size"),

	/**
	 * Requests that a client sends before earlier ones of its connection are answered.
	 */
	PIPELINED_REQUESTS("limits.connection.pipelined-size");

	private final String property;

	Limit(String property) {
		this.property = property;
	}

	/** Returns whether it is a configurable limit for all clients together. */
	boolean isOfNode() {
		return this.property.startsWith("limits.node.");
	}

	/** Returns whether it limits what is used in a second. */
	boolean isRate() {
		return this.property.endsWith("-rate");
	}

	/**
	 * Returns the name of the property of the limit, below {@code rivet.events}; empty if
	 * it is not configurable.
	 */
	public String property() {
		return this.property;
	}

}
