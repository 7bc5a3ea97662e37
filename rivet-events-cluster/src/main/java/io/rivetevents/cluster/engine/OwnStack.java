/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jgroups.JChannel;
import org.jgroups.protocols.FD_HOST;
import org.jgroups.protocols.FD_SOCK;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.FailureDetection;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.RSVP;
import org.jgroups.protocols.ReliableUnicast;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/**
 * A JGroups configuration of the application, which must have what the cluster relies on.
 */
final class OwnStack {

	private static final List<Requirement> REQUIREMENTS = List.of(
			new Requirement("membership (pbcast.GMS)", List.of(GMS.class)),
			new Requirement("ordered and lossless delivery (UNICAST3 or UNICAST4)",
					List.of(UNICAST3.class, ReliableUnicast.class)),
			new Requirement("flow control (UFC)", List.of(UFC.class)),
			new Requirement("failure detection (FD_SOCK, FD_SOCK2, FD_ALL3 or FD_HOST)",
					List.of(FD_SOCK.class, FD_SOCK2.class, FailureDetection.class, FD_HOST.class)),
			new Requirement("merge after a partition (MERGE3)", List.of(MERGE3.class)));

	/** What JGroups appends to its message about a document without a root. */
	private static final Pattern OWN_ERROR = Pattern.compile(": (null|Cannot invoke .*) \\(IOException\\)");

	private OwnStack() {
	}

	/**
	 * What a configuration must have.
	 *
	 * @param name name for messages
	 * @param alternatives protocols, one of which is there
	 */
	private record Requirement(String name, List<Class<? extends Protocol>> alternatives) {

		boolean isMissing(ProtocolStack stack) {
			return this.alternatives.stream().allMatch((type) -> stack.findProtocol(type) == null);
		}

	}

	/**
	 * Creates a channel.
	 * @param configuration location of the configuration
	 * @param ssl encryption of the messages, {@code null} for none or for that of the
	 * configuration
	 * @throws ClusterStartException if the configuration lacks what the cluster needs
	 */
	static JChannel create(String configuration, @Nullable NodeSsl ssl) throws Exception {
		JChannel channel = read(configuration);
		ProtocolStack stack = channel.getProtocolStack();
		List<String> missing = new ArrayList<>();
		for (Requirement each : REQUIREMENTS) {
			if (each.isMissing(stack)) {
				missing.add(each.name());
			}
		}
		if (!missing.isEmpty()) {
			throw new ClusterStartException(
					"The JGroups configuration '%s' has no %s".formatted(configuration, String.join(", no ", missing)),
					"Add what is missing to the file", null);
		}
		if (ssl != null) {
			encrypt(configuration, stack, ssl);
		}
		addGoodbyes(stack);
		return channel;
	}

	private static JChannel read(String configuration) {
		try {
			return new JChannel(configuration);
		}
		catch (Exception ex) {
			throw new ClusterStartException(
					"The JGroups configuration '%s' cannot be used: %s".formatted(configuration,
							OWN_ERROR.matcher(reason(ex)).replaceFirst("")),
					"Correct the file, or set rivet.events.cluster.jgroups-config to another one", ex);
		}
	}

	/** Returns the message of the first cause, with its type, which may be all it has. */
	static String reason(Throwable ex) {
		Throwable first = NestedExceptionUtils.getMostSpecificCause(ex);
		return (first.getMessage() != null) ? "%s (%s)".formatted(first.getMessage(), first.getClass().getSimpleName())
				: first.getClass().getSimpleName();
	}

	private static void encrypt(String configuration, ProtocolStack stack, NodeSsl ssl) {
		if (!(stack.getTransport() instanceof TCP transport) || stack.findProtocol(FD_SOCK2.class) != null) {
			throw new ClusterStartException(
					"The JGroups configuration '%s' has connections that an SSL bundle does not encrypt"
						.formatted(configuration),
					"Use TCP as transport, and remove FD_SOCK2: the transport reports closed connections", null);
		}
		transport.setSocketFactory(ssl.sockets());
		transport.enableSuspectEvents(true);
	}

	private static void addGoodbyes(ProtocolStack stack) throws Exception {
		if (stack.findProtocol(RSVP.class) == null) {
			RSVP goodbyes = JGroupsStack.goodbyes();
			goodbyes.setProtocolStack(stack);
			stack.insertProtocol(goodbyes, ProtocolStack.Position.ABOVE, GMS.class);
			goodbyes.init();
		}
	}

}
