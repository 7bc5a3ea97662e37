/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Distributes TCP connections over the nodes of this machine that are ready, one after
 * the other. It passes bytes on without reading them, so WebSocket and event streams work
 * as they are. The JDK runs this file without a build:
 * {@code java Proxy.java 8080 8081 8082 8083}, the first port being that of the proxy.
 * <p>
 * For trying out only: it uses two threads for each connection, and no encryption. An
 * application uses nginx, Envoy or the load balancer of its platform.
 */
final class Proxy {

	private static final String READINESS = "http://127.0.0.1:%d/actuator/health/readiness";

	private static final int CHECK_MILLIS = 250;

	private static final int TIMEOUT_MILLIS = 1000;

	private static final int BUFFER_SIZE = 16_384;

	private static final byte[] UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private final Executor threads = Executors.newCachedThreadPool();

	private final AtomicInteger next = new AtomicInteger();

	private final List<Node> nodes;

	private Proxy(List<Node> nodes) {
		this.nodes = nodes;
	}

	public static void main(String[] ports) throws IOException {
		List<Node> nodes = Arrays.stream(ports).skip(1).map((port) -> new Node(Integer.parseInt(port))).toList();
		for (Node node : nodes) {
			Executors.newSingleThreadScheduledExecutor()
				.scheduleWithFixedDelay(node::check, 0, CHECK_MILLIS, TimeUnit.MILLISECONDS);
		}
		new Proxy(nodes).serve(Integer.parseInt(ports[0]));
	}

	private void serve(int port) throws IOException {
		try (ServerSocket server = new ServerSocket(port, 100, InetAddress.getByName("127.0.0.1"))) {
			while (true) {
				Socket client = server.accept();
				this.threads.execute(() -> serve(client));
			}
		}
	}

	private void serve(Socket client) {
		try (client) {
			Optional<Socket> connected = connect();
			if (connected.isEmpty()) {
				client.getOutputStream().write(UNAVAILABLE);
				return;
			}
			try (Socket node = connected.get()) {
				this.threads.execute(() -> pass(node, client));
				pass(client, node);
			}
		}
		catch (IOException ex) {
			System.out.println("A connection ended: " + ex);
		}
	}

	/** Connects to the next node that is ready and accepts the connection. */
	private Optional<Socket> connect() {
		int first = this.next.getAndIncrement();
		for (int i = 0; i < this.nodes.size(); i++) {
			Node node = this.nodes.get(Math.floorMod(first + i, this.nodes.size()));
			if (node.ready) {
				try {
					return Optional.of(node.connect());
				}
				catch (IOException ex) {
					System.out.println("Node at port %d: %s".formatted(node.port, ex));
				}
			}
		}
		return Optional.empty();
	}

	/**
	 * Passes bytes on until one side ends, and then closes both: no client of HTTP waits
	 * for an answer on a connection that it has closed.
	 */
	private static void pass(Socket from, Socket to) {
		try (from; to) {
			from.setTcpNoDelay(true);
			InputStream input = from.getInputStream();
			OutputStream output = to.getOutputStream();
			byte[] buffer = new byte[BUFFER_SIZE];
			for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
				output.write(buffer, 0, read);
			}
		}
		catch (IOException ex) {
			// a side has closed the connection, which ends it here too
		}
	}

	/** A node, and whether it was ready at the last check. */
	private static final class Node {

		private final int port;

		private volatile boolean ready;

		Node(int port) {
			this.port = port;
		}

		Socket connect() throws IOException {
			Socket socket = new Socket();
			socket.connect(new InetSocketAddress("127.0.0.1", this.port), TIMEOUT_MILLIS);
			return socket;
		}

		void check() {
			boolean before = this.ready;
			this.ready = isReady();
			if (this.ready != before) {
				System.out.println("Node at port %d is %s".formatted(this.port, this.ready ? "ready" : "not ready"));
			}
		}

		private boolean isReady() {
			try {
				HttpURLConnection request = (HttpURLConnection) new URL(READINESS.formatted(this.port))
					.openConnection();
				request.setConnectTimeout(TIMEOUT_MILLIS);
				request.setReadTimeout(TIMEOUT_MILLIS);
				try {
					return request.getResponseCode() == HttpURLConnection.HTTP_OK;
				}
				finally {
					request.disconnect();
				}
			}
			catch (IOException ex) {
				return false;
			}
		}

	}

}
