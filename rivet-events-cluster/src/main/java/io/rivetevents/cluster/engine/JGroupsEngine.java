/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.TP;
import org.jgroups.stack.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The one class that uses JGroups; the name of a node is its address there. A message
 * without content is a goodbye, all others are frames.
 */
final class JGroupsEngine implements ClusterEngine, Receiver {

	private static final Log logger = LogFactory.getLog(JGroupsEngine.class);

	private final JGroupsSettings settings;

	private final Object viewLock = new Object();

	private final Views views = new Views();

	private volatile Set<String> nodes = Set.of();

	private volatile @Nullable Connection connection;

	private volatile boolean stopped;

	/**
	 * What is there between start and stop.
	 *
	 * @param channel the channel
	 * @param listener receives views and frames
	 * @param announcer publishes the address
	 */
	private record Connection(JChannel channel, ClusterListener listener, Announcer announcer) {
	}

	JGroupsEngine(JGroupsSettings settings) {
		this.settings = settings;
	}

	@Override
	public synchronized void start(ClusterListener listener) {
		if (this.connection != null || this.stopped) {
			throw new IllegalStateException("The engine can be started once");
		}
		JChannel channel = create();
		Connection connection = new Connection(channel, listener,
				new Announcer(channel, this.settings, () -> this.nodes));
		this.connection = connection;
		try {
			connect(connection);
		}
		catch (Exception ex) {
			close(connection);
			throw failure(ex);
		}
	}

	private JChannel create() {
		try {
			String configuration = this.settings.configuration();
			return (configuration != null) ? OwnStack.create(configuration, this.settings.ssl())
					: JGroupsStack.create(this.settings, address());
		}
		catch (Exception ex) {
			throw failure(ex);
		}
	}

	private InetAddress address() {
		InetAddress address = BindAddress.resolve(this.settings.bindAddress());
		int port = this.settings.port();
		requireFree(address, port, "connections between nodes");
		if (this.settings.ssl() == null) {
			BindAddress.requirePrivate(address);
			requireFree(address, port + JGroupsSettings.FAILURE_DETECTOR, "the failure detector");
			logger.warn(
					"Messages between nodes are not encrypted (rivet.events.cluster.ssl.bundle): the network must admit nodes only to %s, ports %d and %d"
						.formatted(address.getHostAddress(), port, port + JGroupsSettings.FAILURE_DETECTOR));
		}
		return address;
	}

	private static void requireFree(InetAddress address, int port, String user) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(address, port));
		}
		catch (IOException ex) {
			throw new ClusterStartException("Port %d for %s cannot be used: %s".formatted(port, user, ex.getMessage()),
					"Stop the process that uses it, or set rivet.events.cluster.port to another port. The failure detector uses the port with a number that is higher by 100",
					ex);
		}
	}

	private void connect(Connection connection) throws Exception {
		connection.channel()
			.addAddressGenerator(() -> address(this.settings.node()))
			.setName(displayName(connection.channel()))
			.setReceiver(this);
		connection.announcer().announce();
		connection.channel().connect(this.settings.cluster());
		connection.announcer().start();
		logger.info("Joined the cluster '%s' as node %s, %s".formatted(this.settings.cluster(), this.settings.node(),
				size(this.nodes.size())) + unanswered(connection.channel()));
	}

	private String unanswered(JChannel channel) {
		DiscoveryProtocol protocol = channel.getProtocolStack().findProtocol(DiscoveryProtocol.class);
		List<String> others = (protocol != null && this.nodes.size() == 1) ? protocol.others() : List.of();
		return others.isEmpty() ? "" : "; no node has answered at " + String.join(", ", others);
	}

	private static String size(int nodes) {
		return (nodes == 1) ? "1 node" : nodes + " nodes";
	}

	/** In log lines of JGroups. */
	private String displayName(JChannel channel) {
		TP transport = channel.getProtocolStack().getTransport();
		return (this.settings.configuration() != null) ? this.settings.node()
				: HostAndPort.format(new InetSocketAddress(transport.getBindAddress(), transport.getBindPort()));
	}

	/** Returns the channel, {@code null} before the start. */
	@Nullable JChannel channel() {
		Connection connection = this.connection;
		return (connection != null) ? connection.channel() : null;
	}

	private IllegalStateException failure(Exception ex) {
		String configuration = this.settings.configuration();
		return (ex instanceof IllegalStateException own) ? own
				: new ClusterStartException(
						"The node could not join the cluster '%s': %s".formatted(this.settings.cluster(),
								OwnStack.reason(ex)),
						(configuration != null) ? "Correct the JGroups configuration '%s'".formatted(configuration)
								: "Check the properties rivet.events.cluster.*",
						ex);
	}

	@Override
	public synchronized void stop() {
		Connection connection = this.connection;
		if (connection == null || this.stopped) {
			return;
		}
		sayGoodbye(connection.channel());
		close(connection);
		logger.info("Left the cluster '%s'".formatted(this.settings.cluster()));
	}

	/** Returns when all other nodes have received it, or a time has passed. */
	private void sayGoodbye(JChannel channel) {
		if (this.nodes.size() < 2) {
			return;
		}
		try {
			channel.send(new EmptyMessage().setFlag(Message.Flag.RSVP));
		}
		catch (Exception ex) {
			logger.debug("The goodbye of this node could not be sent", ex);
		}
	}

	private void close(Connection connection) {
		this.stopped = true;
		this.nodes = Set.of();
		connection.announcer().stop();
		connection.channel().close();
	}

	@Override
	public void send(String node, byte[] frame) {
		Connection connection = this.connection;
		requireInView(node);
		if (connection == null || frame.length == 0) {
			throw new IllegalStateException("The frame is empty");
		}
		try {
			connection.channel().send(new BytesMessage(address(node), frame));
		}
		catch (Exception ex) {
			throw new IllegalStateException("The frame to node %s could not be sent".formatted(node), ex);
		}
		// a sender that waits for credits is also released when the node has left
		requireInView(node);
	}

	private void requireInView(String node) {
		if (!this.nodes.contains(node)) {
			throw new IllegalStateException("Node %s is not in the view".formatted(node));
		}
	}

	@Override
	public void viewAccepted(View view) {
		List<String> names = view.getMembers().stream().map(JGroupsEngine::name).toList();
		Connection connection = this.connection;
		Map<String, String> addresses = (connection != null) ? addresses(connection.channel(), view) : Map.of();
		synchronized (this.viewLock) {
			Views.Change change = this.views.next(view.getViewId().getId(), names, view instanceof MergeView,
					addresses);
			if (change == null || connection == null || this.stopped) {
				return;
			}
			this.nodes = Set.copyOf(names);
			log(change);
			run(() -> connection.listener().viewChanged(change.view()));
		}
	}

	private static Map<String, String> addresses(JChannel channel, View view) {
		Map<String, String> addresses = new HashMap<>();
		for (Address member : view.getMembers()) {
			Object found = channel.down(new Event(Event.GET_PHYSICAL_ADDRESS, member));
			if (found instanceof IpAddress address) {
				addresses.put(name(member),
						HostAndPort.format(new InetSocketAddress(address.getIpAddress(), address.getPort())));
			}
		}
		return addresses;
	}

	private void log(Views.Change change) {
		ClusterView view = change.view();
		String size = "%s in '%s'".formatted(size(view.nodes().size()), this.settings.cluster());
		change.joined()
			.stream()
			.filter((node) -> !node.equals(this.settings.node()))
			.forEach((node) -> logger.info("Node %s has joined, %s".formatted(view.describe(node), size)));
		change.left().forEach((node) -> {
			if (view.departed().contains(node)) {
				logger.info("Node %s has left, %s".formatted(view.describe(node), size));
			}
			else {
				logger.warn(
						"Node %s does not answer and was removed, %s. A node that runs is removed after rivet.events.cluster.failure-timeout without a sign of life"
							.formatted(view.describe(node), size));
			}
		});
	}

	@Override
	public void receive(Message message) {
		String node = name(message.getSrc());
		Connection connection = this.connection;
		if (message.getLength() == 0) {
			synchronized (this.viewLock) {
				this.views.goodbye(node);
			}
		}
		else if (connection != null && !this.stopped) {
			run(() -> connection.listener().received(node, content(message)));
		}
	}

	/** JGroups would ignore an exception. */
	private static void run(Runnable callback) {
		try {
			callback.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("The listener of the cluster failed", ex);
		}
	}

	private static byte[] content(Message message) {
		byte[] array = message.getArray();
		int offset = message.getOffset();
		int end = offset + message.getLength();
		return (offset == 0 && end == array.length) ? array : Arrays.copyOfRange(array, offset, end);
	}

	private static Address address(String node) {
		UUID name = UUID.fromString(node);
		return new org.jgroups.util.UUID(name.getMostSignificantBits(), name.getLeastSignificantBits());
	}

	static String name(Address address) {
		org.jgroups.util.UUID name = (org.jgroups.util.UUID) address;
		return new UUID(name.getMostSignificantBits(), name.getLeastSignificantBits()).toString();
	}

}
