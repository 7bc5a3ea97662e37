/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.Set;

import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.extension.NodeCommand;

/**
 * Writes and reads commands to nodes.
 */
final class Commands {

	private static final Variants<NodeCommand> COMMANDS = Variants.of(NodeCommand.class,
			new Variant<>(1, NodeCommand.CloseUser.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text),
					(in) -> new NodeCommand.CloseUser(in.text(), in.optional(FrameInput::text))),
			new Variant<>(2, NodeCommand.CloseSession.class, (out, session) -> out.text(session.sessionId()),
					(in) -> new NodeCommand.CloseSession(in.text())),
			new Variant<>(3, NodeCommand.Drain.class, (out, drain) -> out.id(drain.node()),
					(in) -> new NodeCommand.Drain(in.id())),
			new Variant<>(4, NodeCommand.DisconnectUser.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text).text(user.reason()),
					(in) -> new NodeCommand.DisconnectUser(in.text(), in.optional(FrameInput::text), in.text())),
			new Variant<>(5, NodeCommand.RevokeConnections.class,
					(out, revoked) -> out.list(revoked.connections(), FrameOutput::id),
					(in) -> new NodeCommand.RevokeConnections(Set.copyOf(in.list(FrameInput::id)))),
			new Variant<>(6, NodeCommand.ReauthenticateUser.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text),
					(in) -> new NodeCommand.ReauthenticateUser(in.text(), in.optional(FrameInput::text))));

	private Commands() {
	}

	static void write(FrameOutput out, NodeCommand command) {
		COMMANDS.write(out, command);
	}

	/**
	 * Reads a command.
	 * @throws UnknownKindException if a newer node has sent it
	 */
	static NodeCommand read(FrameInput in) {
		return COMMANDS.read(in);
	}

}
