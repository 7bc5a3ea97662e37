/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.Markers;
import io.rivetevents.protocol.value.MessageReader;
import io.rivetevents.protocol.value.MessageWriter;

/**
 * The encodings whose messages are maps with names: {@code {"body":{"tag":…,"val":{…}}}}.
 */
final class TreeCodec implements Codec {

	private final Supplier<MessageWriter> writers;

	private final MessageReader.Source source;

	private final boolean extended;

	/**
	 * Creates a codec.
	 * @param writers create the writer of a message
	 * @param source opens a message
	 * @param extended whether this is the codec of the extended mode
	 */
	TreeCodec(Supplier<MessageWriter> writers, MessageReader.Source source, boolean extended) {
		this.writers = writers;
		this.source = source;
		this.extended = extended;
	}

	@Override
	public byte[] encode(ToClient message) {
		MessageWriter out = this.writers.get();
		out.startMap(1);
		out.name("body");
		out.startMap(2);
		out.name("tag");
		out.text(message.tag());
		out.name("val");
		message.accept(this.extended ? MessageBody.EXTENDED : MessageBody.PLAIN, out);
		out.endMap();
		out.endMap();
		return out.toBytes();
	}

	@Override
	public byte[] encodeActionResponse(@Nullable JsonNode output) {
		MessageWriter out = this.writers.get();
		out.startMap(1);
		out.name("output");
		out.value(output);
		out.endMap();
		return out.toBytes();
	}

	@Override
	public byte[] encodeError(ToClient.Error error) {
		MessageWriter out = this.writers.get();
		MessageBody.writeError(error, out);
		return out.toBytes();
	}

	@Override
	public ToServer decode(byte[] frame) {
		if (this.extended) {
			JsonNode[] message = new JsonNode[1];
			this.source.read(frame, (in) -> message[0] = in.value());
			return ExtendedReader.message(message[0]);
		}
		Parts parts = new Parts();
		this.source.read(frame, parts::readFrame);
		return parts.toMessage();
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		Parts parts = new Parts();
		this.source.read(body, parts::readValue);
		return (parts.args != null) ? MessageFields.args(parts.args) : List.of();
	}

	/**
	 * The fields of a message of any kind, because its tag may follow them.
	 */
	private static final class Parts {

		private @Nullable JsonNode tag;

		private @Nullable JsonNode id;

		private @Nullable JsonNode name;

		private @Nullable JsonNode args;

		private @Nullable JsonNode eventName;

		private @Nullable JsonNode subscribe;

		private @Nullable JsonNode tags;

		void readFrame(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "body" -> readBody(in);
					default -> in.value();
				}
			});
		}

		private void readBody(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "tag" -> this.tag = in.value();
					case "val" -> readValue(in);
					default -> in.value();
				}
			});
		}

		void readValue(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "id" -> this.id = in.value();
					case "name" -> this.name = in.value();
					case "args" -> this.args = in.value();
					case "eventName" -> this.eventName = in.value();
					case "subscribe" -> this.subscribe = in.value();
					case "tags" -> this.tags = in.value();
					default -> in.value();
				}
			});
		}

		ToServer toMessage() {
			return switch (MessageFields.kind(this.tag)) {
				case ACTION_REQUEST -> actionRequest();
				case SUBSCRIPTION_REQUEST ->
					new ToServer.SubscriptionRequest(MessageFields.text(this.eventName, "eventName"),
							MessageFields.flag(this.subscribe, "subscribe"), MessageFields.tags(this.tags));
				case CANCEL, HELLO, AUTHENTICATE -> throw MessageFields.unknown(); // of
																					// the
																					// extended
																					// mode
			};
		}

		private ToServer actionRequest() {
			if (this.args == null) {
				throw Markers.malformed("`args` is missing");
			}
			return new ToServer.ActionRequest(MessageFields.number(this.id, "id"),
					MessageFields.text(this.name, "name"), MessageFields.args(this.args));
		}

	}

}
