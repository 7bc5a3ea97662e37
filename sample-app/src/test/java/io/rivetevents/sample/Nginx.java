/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.rivetevents.sample.BrowserRequired.Tool;

/**
 * An nginx with all its files in one folder, as the user that runs the tests.
 */
final class Nginx implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String MAIN = """
			daemon off;
			master_process off;
			pid nginx.pid;
			error_log stderr notice;
			events {
			}
			http {
				access_log off;
				client_body_temp_path body;
				proxy_temp_path proxy;
				fastcgi_temp_path fastcgi;
				uwsgi_temp_path uwsgi;
				scgi_temp_path scgi;
				%s
			}
			""";

	private final Process process;

	private Nginx(Process process) {
		this.process = process;
	}

	/**
	 * Starts one and waits until it accepts connections.
	 * @param folder folder for its files, which exists
	 * @param http content of its {@code http} block
	 * @param port port that this content listens on
	 */
	static Nginx start(Path folder, String http, int port) throws IOException {
		Path log = folder.resolve("nginx.log");
		Path configuration = Files.writeString(folder.resolve("nginx.conf"), MAIN.formatted(http));
		Process process = new ProcessBuilder(Tool.NGINX.find().orElseThrow(), "-e", "stderr", "-p", folder.toString(),
				"-c", configuration.toString())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		Nginx nginx = new Nginx(process);
		try {
			Awaitility.await().atMost(PATIENCE).until(() -> !process.isAlive() || accepts(port));
			if (!process.isAlive()) {
				throw new IllegalStateException("nginx does not start: " + Files.readString(log));
			}
			return nginx;
		}
		catch (RuntimeException ex) {
			nginx.close();
			throw ex;
		}
	}

	private static boolean accepts(int port) {
		try (Socket socket = new Socket("127.0.0.1", port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			this.process.onExit().get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (java.util.concurrent.ExecutionException ex) {
			throw new UncheckedIOException(new IOException(ex));
		}
	}

	/**
	 * Runs a test only if nginx is installed. It is looked for in {@code RIVET_NGINX},
	 * the path and {@code /usr/sbin}. With {@code RIVET_NGINX_REQUIRED=true} its absence
	 * is a failure.
	 */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@ExtendWith(Condition.class)
	@interface Required {

	}

	static class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			return Tool.evaluate(context, Tool.NGINX.find().isPresent(), "RIVET_NGINX_REQUIRED", "nginx");
		}

	}

}
