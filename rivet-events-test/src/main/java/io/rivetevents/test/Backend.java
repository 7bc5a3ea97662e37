/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.store.FaultyStateStore;

/**
 * The server of a tester, and the way to it. Used by the thread of the test.
 */
interface Backend {

	/**
	 * Returns the way of a client to the server, not yet open.
	 */
	ClientTransport transport(ConnectSpec spec, ClientTransport.Receiver receiver);

	/**
	 * Returns how a test waits for the server.
	 * @param connections returns the clients of the test
	 */
	Progress progress(Supplier<List<TestConnection>> connections);

	/** Returns the present. */
	Instant now();

	/** Stops and starts the server. */
	void restart();

	/**
	 * Kills the server, and starts another one.
	 * @param connections its clients
	 */
	void kill(List<TestConnection> connections);

	/** Returns the nodes of the server. */
	TestNodes nodes();

	/**
	 * Kills one of several nodes.
	 * @param node its number
	 * @param connections clients of all nodes
	 */
	void kill(int node, List<TestConnection> connections);

	/**
	 * Stops one of several nodes.
	 * @param node its number
	 * @param connections clients of all nodes
	 */
	void stop(int node, List<TestConnection> connections);

	/** Returns the store of the server. */
	FaultyStateStore store();

	/**
	 * Ends the clients of a test, and starts anew for the next one.
	 * @param connections its clients
	 */
	void reset(List<TestConnection> connections);

	/**
	 * Ends the clients of a test, and the server if it belongs to the tests.
	 * @param connections its clients
	 */
	void end(List<TestConnection> connections);

}
