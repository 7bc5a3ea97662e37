/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Stands between client and server, and cuts a connection at its commit on order.
 */
public final class CuttingProxy implements AutoCloseable {

	private final ServerSocket acceptor;

	private final int port;

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private final AtomicReference<@Nullable Order> next = new AtomicReference<>();

	private final AtomicInteger cuts = new AtomicInteger();

	private volatile boolean refusing;

	/** When the connection of the client ends. */
	public enum Cut {

		NONE,

		/** The server does not receive the commit. */
		BEFORE_COMMIT,

		/** The server does not receive the commit, and cannot be reached after that. */
		BEFORE_COMMIT_AND_REFUSE,

		/** The server commits, and its answer is lost. */
		AFTER_COMMIT,

		/** The server commits when the client has connected again. */
		LATE_COMMIT,

		/** The server commits, and cannot be reached after that. */
		AFTER_COMMIT_AND_REFUSE,

		/** The server commits, and the client neither receives an answer nor an end. */
		SILENCE;

		private static final Set<Cut> BEFORE = EnumSet.of(BEFORE_COMMIT, BEFORE_COMMIT_AND_REFUSE);

		private static final Set<Cut> REFUSE = EnumSet.of(BEFORE_COMMIT_AND_REFUSE, AFTER_COMMIT_AND_REFUSE);

	}

	/** Which connection ends: the next one that commits after this statement. */
	private record Order(Cut cut, String statement) {
	}

	public CuttingProxy(int port) throws IOException {
		this.port = port;
		this.acceptor = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	public int port() {
		return this.acceptor.getLocalPort();
	}

	/** Orders the end of the connection that commits next. */
	public void cut(Cut cut) {
		cut(cut, "");
	}

	/**
	 * Orders the end of the connection that commits this statement next: others may
	 * commit at any time where the runtime works in the background.
	 */
	public void cut(Cut cut, String statement) {
		this.next.set(new Order(cut, statement));
	}

	int cuts() {
		return this.cuts.get();
	}

	/** Closes all connections and those that are opened, or accepts them again. */
	void refuse(boolean refuse) {
		this.refusing = refuse;
		if (refuse) {
			this.open.forEach(CuttingProxy::close);
		}
	}

	private void accept() throws IOException {
		while (!this.acceptor.isClosed()) {
			Socket client = this.acceptor.accept();
			if (this.refusing) {
				client.close();
				continue;
			}
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.port);
			this.open.add(client);
			this.open.add(server);
			start(() -> forward(client, server));
			start(() -> copy(server, client));
		}
	}

	private void forward(Socket client, Socket server) throws IOException {
		byte[] buffer = new byte[1 << 16];
		InputStream in = client.getInputStream();
		StringBuilder transaction = new StringBuilder();
		for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
			byte[] bytes = Arrays.copyOf(buffer, count);
			transaction.append(new String(bytes, StandardCharsets.ISO_8859_1));
			if (isCommit(bytes)) {
				Cut cut = ordered(transaction);
				transaction.setLength(0);
				if (cut != Cut.NONE) {
					this.cuts.incrementAndGet();
					cut(cut, client, server, bytes);
					return;
				}
			}
			server.getOutputStream().write(bytes);
		}
		close(server);
	}

	private Cut ordered(StringBuilder transaction) {
		Order order = this.next.get();
		return (order != null && transaction.indexOf(order.statement()) >= 0 && this.next.compareAndSet(order, null))
				? order.cut() : Cut.NONE;
	}

	private void cut(Cut cut, Socket client, Socket server, byte[] bytes) throws IOException {
		if (cut == Cut.SILENCE) {
			this.open.remove(client); // no longer copied to
			server.getOutputStream().write(bytes);
			return;
		}
		this.open.removeAll(Set.of(client, server));
		if (Cut.REFUSE.contains(cut)) {
			refuse(true);
		}
		client.close();
		if (cut == Cut.LATE_COMMIT) {
			pause();
		}
		if (!Cut.BEFORE.contains(cut)) {
			server.getOutputStream().write(bytes);
			server.shutdownOutput();
			// the server ends the connection when it has committed
			server.getInputStream().readAllBytes();
		}
		server.close();
	}

	private static void pause() {
		try {
			Thread.sleep(500);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** The isolation level is no commit. */
	private static boolean isCommit(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1).replace("COMMITTED", "").contains("COMMIT");
	}

	private void copy(Socket server, Socket client) throws IOException {
		byte[] buffer = new byte[1 << 16];
		InputStream in = server.getInputStream();
		for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
			if (this.open.contains(client)) {
				client.getOutputStream().write(buffer, 0, count);
			}
		}
		if (this.open.contains(client)) {
			client.close();
		}
	}

	private interface Task {

		void run() throws IOException;

	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// a connection was cut
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.acceptor.close();
		this.open.forEach(CuttingProxy::close);
	}

}
