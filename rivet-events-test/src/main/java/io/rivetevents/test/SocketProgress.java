/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.placement.LocalNode;

/**
 * Progress of an application in real time. To see that no event follows, each client
 * sends a message and waits for its answer, which is sent after all earlier events.
 */
final class SocketProgress implements Progress {

	/**
	 * How often in a row nothing must be at work: instances are looked at one after the
	 * other, and one that was looked at may receive a call of one that was not.
	 */
	private static final int IDLE_LOOKS = 3;

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

	/**
	 * Waits until the server has read what the clients have sent, then until it has done
	 * what follows from it, then until the clients have received what it has sent.
	 */
	@Override
	public @Nullable String settle() {
		String behind = passBarriers();
		if (behind != null) {
			return behind;
		}
		int[] idleLooks = new int[1];
		Boolean idle = await(() -> {
			idleLooks[0] = busy().isEmpty() ? idleLooks[0] + 1 : 0;
			return (idleLooks[0] == IDLE_LOOKS) ? true : null;
		});
		return (idle == null) ? "after %s, %s".formatted(this.patience, String.join(", ", busy())) : passBarriers();
	}

	/** Lists the calls without an answer, then the turns: a turn may follow a call. */
	private List<String> busy() {
		List<String> busy = new ArrayList<>();
		this.connections.get().forEach((connection) -> busy.addAll(connection.unanswered()));
		this.node.atWork().forEach((actor) -> busy.add("a turn of %s has not ended".formatted(actor)));
		return busy;
	}

	private @Nullable String passBarriers() {
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
