/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.placement.LocalNode;

/**
 * Progress of an application in real time. To see that no event follows, each client
 * sends a message and waits for its answer, which is sent after all earlier events.
 */
final class SocketProgress implements Progress {

	private final LocalNode node;

	private final Supplier<List<TestConnection>> connections;

	private final Duration patience;

	/**
	 * Creates the progress.
	 * @param node the node of the application
	 * @param connections returns the clients of the test
	 * @param patience longest wait for anything
	 */
	SocketProgress(LocalNode node, Supplier<List<TestConnection>> connections, Duration patience) {
		this.node = node;
		this.connections = connections;
		this.patience = patience;
	}

	@Override
	public <T> @Nullable T await(Supplier<@Nullable T> found) {
		long start = System.nanoTime();
		while (true) {
			boolean over = System.nanoTime() - start > this.patience.toNanos();
			T present = found.get();
			if (present != null || over) {
				return present;
			}
			MemoryProgress.pause();
		}
	}

	@Override
	public @Nullable String settle() {
		Boolean idle = await(() -> this.node.atWork().isEmpty() ? true : null);
		if (idle == null) {
			return "after %s, turns of %s have not ended".formatted(this.patience, this.node.atWork());
		}
		List<TestConnection> open = this.connections.get().stream().filter(TestConnection::isOpen).toList();
		open.forEach(TestConnection::sendBarrier);
		for (TestConnection connection : open) {
			if (await(() -> connection.hasPassedBarrier() ? true : null) == null) {
				return "after %s, %s has not received an answer".formatted(this.patience, connection);
			}
		}
		return null;
	}

	@Override
	public void handle() {
	}

	@Override
	public void advance(Duration duration) {
		throw SocketBackend.unsupported("advance(..)");
	}

}
