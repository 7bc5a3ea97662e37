/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.inbound.InboundRequest;

/**
 * Writes and reads requests of clients about their connections.
 */
final class InboundRequests {

	private static final Variants<InboundRequest.Content> CONTENTS = Variants.of(InboundRequest.Content.class,
			new Variant<>(1, InboundRequest.Messages.class,
					(out, messages) -> out.optional(messages.sequence(), FrameOutput::number).bytes(messages.body()),
					(in) -> new InboundRequest.Messages(in.optional(FrameInput::number), in.bytes())),
			new Variant<>(2, InboundRequest.Unreadable.class,
					(out, unreadable) -> out.record(unreadable.reason(), Messages::writeReason),
					(in) -> new InboundRequest.Unreadable(in.record(Messages::readReason))),
			new Variant<>(3, InboundRequest.Leave.class, (out, leave) -> {
			}, (in) -> new InboundRequest.Leave()));

	private InboundRequests() {
	}

	static void write(FrameOutput out, InboundRequest request) {
		out.id(request.connectionId())
			.optional(request.secret(), FrameOutput::text)
			.optional(request.owner(), FrameOutput::text)
			.record(request.content(), CONTENTS::write);
	}

	static InboundRequest read(FrameInput in) {
		return new InboundRequest(in.id(), in.optional(FrameInput::text), in.optional(FrameInput::text),
				in.record(CONTENTS::read));
	}

}
