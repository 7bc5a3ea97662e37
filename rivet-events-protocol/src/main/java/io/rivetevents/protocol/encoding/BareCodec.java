/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.BareReader;
import io.rivetevents.protocol.value.BareWriter;

/**
 * The encoding without names: BARE with a preceding version, section 5.1 of the protocol
 * document. Versions 1 to 4, which have the same client messages, are read; version 4 is
 * written.
 */
final class BareCodec implements Codec {

	private static final int INIT = 0;

	private static final int ERROR = 1;

	private static final int ACTION_RESPONSE = 2;

	private static final int EVENT = 3;

	private static final int ACTION_REQUEST = 0;

	private static final int SUBSCRIPTION_REQUEST = 1;

	private static final Body BODY = new Body();

	@Override
	public byte[] encode(ToClient message) {
		return message.accept(BODY, new BareWriter()).toBytes();
	}

	private static void errorStart(ToClient.Error error, BareWriter out) {
		out.text(error.group()).text(error.code()).text(error.message()).flag(error.metadata() != null);
		if (error.metadata() != null) {
			out.value(error.metadata());
		}
	}

	private static void errorEnd(ToClient.Error error, BareWriter out) {
		ActorSpecifier actor = error.actor();
		out.flag(actor != null);
		if (actor == null) {
			return;
		}
		out.text(actor.actorId()).unsigned(actor.generation()).flag(actor.key() != null);
		if (actor.key() != null) {
			out.text(actor.key());
		}
	}

	@Override
	public ToServer decode(byte[] frame) {
		BareReader in = new BareReader(frame);
		ToServer message = message(in);
		in.end();
		return message;
	}

	private static ToServer message(BareReader in) {
		long tag = in.unsigned();
		if (tag == ACTION_REQUEST) {
			return new ToServer.ActionRequest(in.unsigned(), in.text(), MessageFields.args(in.value()));
		}
		if (tag == SUBSCRIPTION_REQUEST) {
			return new ToServer.SubscriptionRequest(in.text(), in.flag());
		}
		throw MessageFields.unknown();
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		BareReader in = new BareReader(body);
		List<JsonNode> args = MessageFields.args(in.value());
		in.end();
		return args;
	}

	@Override
	public byte[] encodeActionResponse(@Nullable JsonNode output) {
		return new BareWriter().value(output).toBytes();
	}

	@Override
	public byte[] encodeError(ToClient.Error error) {
		BareWriter out = new BareWriter();
		errorStart(error, out);
		errorEnd(error, out);
		return out.toBytes();
	}

	/**
	 * Writes each kind of message.
	 */
	private static final class Body implements ToClient.Visitor<BareWriter, BareWriter> {

		@Override
		public BareWriter init(ToClient.Init init, BareWriter out) {
			return out.unsigned(INIT).text(init.actorId()).text(init.connectionId());
		}

		@Override
		public BareWriter error(ToClient.Error error, BareWriter out) {
			errorStart(error, out.unsigned(ERROR));
			out.flag(error.actionId() != null);
			if (error.actionId() != null) {
				out.unsigned(error.actionId());
			}
			errorEnd(error, out);
			return out;
		}

		@Override
		public BareWriter actionResponse(ToClient.ActionResponse response, BareWriter out) {
			return out.unsigned(ACTION_RESPONSE).unsigned(response.id()).value(response.output());
		}

		@Override
		public BareWriter event(ToClient.Event event, BareWriter out) {
			return out.unsigned(EVENT).text(event.name()).values(event.args());
		}

		@Override
		public BareWriter extended(ToClient.Extended message, BareWriter out) {
			throw MessageBody.notPlain(message);
		}

	}

}
