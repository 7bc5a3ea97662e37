/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * A network between a node and Redis that can swallow what goes over the connections that
 * are open, without a word. New connections pass.
 */
final class BlackHole implements AutoCloseable {

	private final ServerSocket server;

	private final int target;

	private final List<Passage> passages = new CopyOnWriteArrayList<>();

	private final class Passage {

		private final Socket client;

		private final Socket redis;

		private volatile boolean swallows;

		private volatile boolean swallowsAnswers;

		Passage(Socket client) throws IOException {
			this.client = client;
			this.redis = new Socket(InetAddress.getLoopbackAddress(), BlackHole.this.target);
			start(() -> pass(this.client, this.redis, () -> this.swallows));
			start(() -> pass(this.redis, this.client, () -> this.swallows || this.swallowsAnswers));
		}

		private void pass(Socket from, Socket to, BooleanSupplier swallows) {
			try {
				InputStream in = from.getInputStream();
				OutputStream out = to.getOutputStream();
				byte[] bytes = new byte[8192];
				for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
					if (!swallows.getAsBoolean()) {
						out.write(bytes, 0, length);
					}
				}
			}
			catch (IOException ex) {
				// closed, by whomever
			}
		}

	}

	BlackHole(int target) throws IOException {
		this.target = target;
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "black-hole");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		try {
			while (true) {
				this.passages.add(new Passage(this.server.accept()));
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	int port() {
		return this.server.getLocalPort();
	}

	void swallow() {
		this.passages.forEach((passage) -> passage.swallows = true);
	}

	/** Requests still arrive at the target. */
	void swallowAnswers() {
		this.passages.forEach((passage) -> passage.swallowsAnswers = true);
	}

	/** Closes the present connections. */
	void cut() throws IOException {
		for (Passage passage : this.passages) {
			passage.client.close();
			passage.redis.close();
		}
		this.passages.clear();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		cut();
	}

}
