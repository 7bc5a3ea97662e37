/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.HashSet;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.protocol.ActorKey;

/**
 * Writes and reads queries to nodes, and their answers.
 */
final class Queries {

	private static final Variants<NodeQuery> QUERIES = Variants.of(NodeQuery.class,
			new Variant<>(1, NodeQuery.OfUser.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text),
					(in) -> new NodeQuery.OfUser(in.text(), in.optional(FrameInput::text))),
			new Variant<>(2, NodeQuery.Count.class, (out, count) -> {
			}, (in) -> new NodeQuery.Count()), new Variant<>(3, NodeQuery.OfOperator.class,
					(out, operator) -> out.text(operator.request()), (in) -> new NodeQuery.OfOperator(in.text())));

	private static final Variants<NodeAnswer> ANSWERS = Variants.of(NodeAnswer.class,
			new Variant<>(1, NodeAnswer.Found.class, Queries::writeFound, Queries::readFound),
			new Variant<>(2, NodeAnswer.Counted.class,
					(out, counted) -> out.number(counted.connections())
						.list(counted.users(), FrameOutput::fixed)
						.number(counted.moreUsers()),
					(in) -> new NodeAnswer.Counted(in.integer(), new HashSet<>(in.list(FrameInput::fixed)),
							in.integer())),
			new Variant<>(3, NodeAnswer.Document.class,
					(out, document) -> out.optional(document.text(), FrameOutput::text),
					(in) -> new NodeAnswer.Document(in.optional(FrameInput::text))));

	private Queries() {
	}

	static void write(FrameOutput out, NodeQuery query) {
		QUERIES.write(out, query);
	}

	/**
	 * Reads a query.
	 * @throws UnknownKindException if a newer node has sent it
	 */
	static NodeQuery read(FrameInput in) {
		return QUERIES.read(in);
	}

	static void writeAnswer(FrameOutput out, NodeAnswer answer) {
		ANSWERS.write(out, answer);
	}

	/**
	 * Reads an answer.
	 * @throws UnknownKindException if a newer node has sent it
	 */
	static NodeAnswer readAnswer(FrameInput in) {
		return ANSWERS.read(in);
	}

	private static void writeFound(FrameOutput out, NodeAnswer.Found found) {
		out.list(found.connections(), (each, info) -> each.record(info, Queries::writeInfo)).number(found.more());
	}

	private static NodeAnswer.Found readFound(FrameInput in) {
		return new NodeAnswer.Found(in.list((each) -> each.record(Queries::readInfo)), in.integer());
	}

	private static void writeInfo(FrameOutput out, ConnectionInfo info) {
		out.id(info.id()).text(info.actorName()).list(info.actorKey().parts(), FrameOutput::text).id(info.node());
	}

	private static ConnectionInfo readInfo(FrameInput in) {
		return new ConnectionInfo(in.id(), in.text(), new ActorKey(in.list(FrameInput::text)), in.id());
	}

}
