/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.LogFactory;
import org.jgroups.Address;
import org.jgroups.Version;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.logging.Log;
import org.jgroups.protocols.TCP;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;

/**
 * The connections to other nodes. {@link TCP} logs an error if it cannot send a goodbye
 * on a connection that the other node has closed already, as each node does that stops or
 * has failed: the engine logs what has happened to the node. It also logs each attempt to
 * connect without a trusted certificate. And its goodbye waits until the other node reads
 * what was sent before: with a node that is stopped, no view would be installed, and no
 * node could leave.
 */
final class NodeTransport extends TCP {

	private static final org.apache.commons.logging.Log logger = LogFactory.getLog(NodeTransport.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Time for the goodbyes of a node that stops. */
	private static final Duration GOODBYES = Duration.ofSeconds(2);

	NodeTransport() {
		setId(ClassConfigurator.getProtocolId(TCP.class));
	}

	@Override
	public void start() throws Exception {
		super.start();
		this.srv.log(replace(this.log));
	}

	/** Closes the connections to other nodes than the members, without a goodbye. */
	@Override
	public void retainAll(Collection<Address> members) {
		this.srv.forAllConnections((node, connection) -> {
			if (!members.contains(node)) {
				connection.setClosedGracefully(true);
			}
		});
		super.retainAll(members);
	}

	/** Sends goodbyes on the connections, and closes those on which that takes long. */
	@Override
	protected void handleDisconnect() {
		List<Connection> open = new ArrayList<>();
		this.srv.forAllConnections((node, connection) -> open.add(connection));
		CompletableFuture.delayedExecutor(GOODBYES.toMillis(), TimeUnit.MILLISECONDS)
			.execute(() -> open.forEach(NodeTransport::closeNow));
		super.handleDisconnect();
	}

	private static void closeNow(Connection connection) {
		try {
			connection.close(false);
		}
		catch (IOException ex) {
			logger.debug("A connection to another node could not be closed", ex);
		}
	}

	/** Returns a log that replaces these two messages. */
	static Log replace(Log log) {
		return (Log) Proxy.newProxyInstance(Log.class.getClassLoader(), new Class<?>[] { Log.class },
				(proxy, method, args) -> isReplaced(log, method, args) ? null : forward(log, method, args));
	}

	private static boolean isReplaced(Log log, Method method, Object @Nullable [] args) {
		if (args == null || args.length != 2 || !(args[0] instanceof String text)
				|| !(args[1] instanceof Object[] values)) {
			return false;
		}
		if (method.getName().equals("error") && text.contains("failed sending graceful close")) {
			log.debug(text, values);
			return true;
		}
		if (method.getName().equals("warn") && text.contains("failed accepting connection")) {
			reject(values);
			return true;
		}
		return false;
	}

	/** The values are the own address, the socket, and the cause. */
	private static void reject(Object[] values) {
		String from = (values[1] instanceof Socket socket && socket.getInetAddress() != null)
				? socket.getInetAddress().getHostAddress() : String.valueOf(values[1]);
		failures.warn(from,
				() -> "A connection from %s was rejected: %s. If it is a node, compare its certificate, and rivet.events.cluster.ssl.bundle, with those of this one"
					.formatted(from, reason(values[2])));
	}

	private static String reason(Object cause) {
		return (cause instanceof Throwable ex) ? OwnStack.reason(ex) : String.valueOf(cause);
	}

	/** Without a bundle, the bytes of an encrypted answer are read as a version. */
	@Override
	protected boolean versionMatch(short version, Address sender) {
		if (Version.isBinaryCompatible(version)) {
			return true;
		}
		failures.warn("version of " + sender,
				() -> "A message from %s was discarded: it is encrypted, or of another version of JGroups. If it is a node, compare its rivet.events.cluster.ssl.bundle with that of this one"
					.formatted(sender));
		return false;
	}

	private static @Nullable Object forward(Log log, Method method, Object @Nullable [] args) throws Throwable {
		try {
			return method.invoke(log, args);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
