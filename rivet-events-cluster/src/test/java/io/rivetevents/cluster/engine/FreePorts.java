/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Ports for nodes of one test, which no other test of this process gets.
 */
public final class FreePorts {

	/** Below the ports that the system assigns, and apart from each other. */
	private static final AtomicInteger next = new AtomicInteger(
			10_000 + (int) (ProcessHandle.current().pid() % 1000) * 20);

	private FreePorts() {
	}

	/** Returns ports that are free, and so are those of the failure detector. */
	public static List<Integer> find(int count) {
		return IntStream.generate(() -> next.getAndAdd(5))
			.filter((port) -> IntStream.of(port, port + JGroupsSettings.FAILURE_DETECTOR).allMatch(FreePorts::isFree))
			.limit(count)
			.boxed()
			.toList();
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(Node.HOST))) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
