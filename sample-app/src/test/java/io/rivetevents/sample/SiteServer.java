/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A server for static files on the loopback address, like any static host of a site.
 */
final class SiteServer implements AutoCloseable {

	private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript",
			"css", "text/css", "svg", "image/svg+xml", "json", "application/json");

	private final Path folder;

	private final String base;

	private final HttpServer server;

	private final ExecutorService threads = Executors.newFixedThreadPool(4);

	/**
	 * Starts at a free port.
	 * @param folder the files
	 * @param base path under which they are served, with a slash at both ends
	 */
	SiteServer(Path folder, String base) throws IOException {
		this.folder = folder;
		this.base = base;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::serve);
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	URI uri() {
		return URI.create("http://localhost:%d%s".formatted(this.server.getAddress().getPort(), this.base));
	}

	private void serve(HttpExchange exchange) throws IOException {
		try (exchange) {
			Path file = find(exchange.getRequestURI().getPath());
			byte[] body = (file != null) ? Files.readAllBytes(file) : new byte[0];
			String name = String.valueOf(file);
			exchange.getResponseHeaders()
				.set("Content-Type", TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain"));
			exchange.sendResponseHeaders((file != null) ? 200 : 404, (body.length > 0) ? body.length : -1);
			try (OutputStream out = exchange.getResponseBody()) {
				out.write(body);
			}
		}
	}

	private Path find(String path) {
		if (!path.startsWith(this.base)) {
			return null;
		}
		Path file = this.folder.resolve(path.substring(this.base.length())).normalize();
		if (Files.isDirectory(file)) {
			file = file.resolve("index.html");
		}
		return (file.startsWith(this.folder) && Files.isRegularFile(file)) ? file : null;
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
