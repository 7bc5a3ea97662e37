/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.net.http.HttpClient;
import java.time.Duration;

/**
 * One connection of a client to a node.
 */
interface ClientLink extends AutoCloseable {

	HttpClient HTTP = HttpClient.newHttpClient();

	/** Longest time to open a connection. */
	Duration TIMEOUT = Duration.ofSeconds(10);

	/** Waits until the connection has ended. */
	void join();

	@Override
	void close();

}
