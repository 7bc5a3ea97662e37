/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.ByteOutput;
import io.rivetevents.protocol.value.JsonReader;
import io.rivetevents.protocol.value.JsonWriter;
import io.rivetevents.protocol.value.Markers;

/**
 * Items of an event stream. Only messages to the client are written in this form;
 * messages from the client are JSON of the extended mode, any number in one body.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG:
 * server-sent events</a>
 */
final class EventStreamCodec implements Codec {

	private static final byte[] ID = ascii("id: ");

	private static final byte[] EVENT = ascii("event: ");

	private static final byte[] DATA = ascii("data: ");

	/** A field that an {@code EventSource} ignores according to the standard. */
	private static final byte[] TAGS = ascii("\ntags: ");

	/** Another one: {@code id} is the position. */
	private static final byte[] EVENT_ID = ascii("\neventId: ");

	private static final byte[] TRACEPARENT = ascii("\ntraceparent: ");

	/** Ends an item; JSON escapes line breaks within strings. */
	private static final byte[] END = ascii("\n\n");

	private static final Items ITEMS = new Items();

	private final Codec json;

	/**
	 * Creates a codec.
	 * @param json reads the bodies
	 */
	EventStreamCodec(Codec json) {
		this.json = json;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	public byte[] encode(ToClient message) {
		return message.accept(ITEMS, new ByteOutput()).toBytes();
	}

	@Override
	public ToServer decode(byte[] frame) {
		return this.json.decode(frame);
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		return this.json.decodeActionRequest(body);
	}

	@Override
	public byte[] encodeActionResponse(@Nullable JsonNode output) {
		return this.json.encodeActionResponse(output);
	}

	@Override
	public byte[] encodeError(ToClient.Error error) {
		return this.json.encodeError(error);
	}

	static List<ToServer> decodeAll(byte[] body) {
		List<ToServer> messages = new ArrayList<>();
		JsonReader.read(body, (in) -> {
			JsonNode array = in.value();
			if (!array.isArray()) {
				throw Markers.malformed("an array is missing");
			}
			array.forEach((message) -> messages.add(ExtendedReader.message(message)));
		});
		return messages;
	}

	/**
	 * Writes each kind of message as an item, with the id that a reconnecting client
	 * sends as {@code Last-Event-ID}.
	 */
	private static final class Items
			implements ToClient.Visitor<ByteOutput, ByteOutput>, ToClient.ExtendedVisitor<ByteOutput, ByteOutput> {

		@Override
		public ByteOutput init(ToClient.Init init, ByteOutput out) {
			return item(null, "rivet:init", init, out);
		}

		@Override
		public ByteOutput error(ToClient.Error error, ByteOutput out) {
			return item(null, "rivet:error", error, out);
		}

		@Override
		public ByteOutput actionResponse(ToClient.ActionResponse response, ByteOutput out) {
			return item(null, "rivet:response", response, out);
		}

		@Override
		public ByteOutput event(ToClient.Event event, ByteOutput out) {
			start(id(event.position()), event.name(), out);
			values(event.args(), out);
			if (!event.tags().isEmpty()) {
				out.put(TAGS);
				values(MessageBody.tags(event), out);
			}
			String eventId = event.id();
			if (eventId != null) {
				out.put(EVENT_ID);
				out.ascii(eventId);
			}
			String traceparent = event.traceparent();
			if (traceparent != null) {
				out.put(TRACEPARENT);
				out.ascii(traceparent);
			}
			out.put(END);
			return out;
		}

		@Override
		public ByteOutput extended(ToClient.Extended message, ByteOutput out) {
			return message.acceptExtended(this, out);
		}

		@Override
		public ByteOutput welcome(ToClient.Welcome welcome, ByteOutput out) {
			return item(id(welcome.position()), "rivet:init", welcome, out);
		}

		@Override
		public ByteOutput subscriptionResponse(ToClient.SubscriptionResponse response, ByteOutput out) {
			return item(id(response.position()), "rivet:subscription", response, out);
		}

		@Override
		public ByteOutput gap(ToClient.Gap gap, ByteOutput out) {
			return item(id(gap.position()), "rivet:gap", gap, out);
		}

		@Override
		public ByteOutput keepAlive(ToClient.KeepAlive alive, ByteOutput out) {
			return item(id(alive.position()), "rivet:keepalive", alive, out);
		}

		@Override
		public ByteOutput goingAway(ToClient.GoingAway away, ByteOutput out) {
			return item(null, "rivet:goingaway", away, out);
		}

		@Override
		public ByteOutput expiring(ToClient.Expiring expiring, ByteOutput out) {
			return item(null, "rivet:expiring", expiring, out);
		}

		@Override
		public ByteOutput authenticateResponse(ToClient.AuthenticateResponse response, ByteOutput out) {
			return item(null, "rivet:authenticated", response, out);
		}

		@Override
		public ByteOutput close(ToClient.Close close, ByteOutput out) {
			String id = EventStream.endsForGood(close.reason()) ? EventStream.CLOSED : null;
			return item(id, "rivet:close", close, out);
		}

		private static @Nullable String id(@Nullable Position position) {
			return (position != null) ? EventStream.id(position) : null;
		}

		private static ByteOutput item(@Nullable String id, String name, ToClient message, ByteOutput out) {
			start(id, name, out);
			out.put(message.accept(MessageBody.EXTENDED, new JsonWriter()).toBytes());
			out.put(END);
			return out;
		}

		private static void start(@Nullable String id, String name, ByteOutput out) {
			if (id != null) {
				out.put(ID);
				out.ascii(id);
				out.put('\n');
			}
			out.put(EVENT);
			out.put(name.getBytes(StandardCharsets.UTF_8));
			out.put('\n');
			out.put(DATA);
		}

		private static void values(List<JsonNode> values, ByteOutput out) {
			JsonWriter json = new JsonWriter();
			json.values(values);
			out.put(json.toBytes());
		}

	}

}
