package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Items of an event stream. Only messages to the client are written so; those from it are
 * JSON of the extended mode, any number in one body.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG:
 * server-sent events</a>
 */
final class EventStreamCodec implements Codec {

	private static final byte[] ID = ascii("id: ");

	private static final byte[] EVENT = ascii("event: ");

	private static final byte[] DATA = ascii("data: ");

	/** A field that an {@code EventSource} ignores, as the standard has it. */
	private static final byte[] TAGS = ascii("\ntags: ");

	/** Where no line break can stand inside: JSON escapes it. */
	private static final byte[] END = ascii("\n\n");

	private final Codec json;

	/**
	 * Create a codec.
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
		ByteOutput out = new ByteOutput();
		String id = id(message);
		if (id != null) {
			out.put(ID);
			out.ascii(id);
			out.put('\n');
		}
		out.put(EVENT);
		out.put(name(message).getBytes(StandardCharsets.UTF_8));
		out.put('\n');
		out.put(DATA);
		JsonWriter data = new JsonWriter();
		if (message instanceof ToClient.Event event) {
			data.values(event.args());
		}
		else {
			MessageBody.write(message, true, data);
		}
		out.put(data.toBytes());
		if (message instanceof ToClient.Event event && !event.tags().isEmpty()) {
			JsonWriter tags = new JsonWriter();
			tags.values(MessageBody.tags(event));
			out.put(TAGS);
			out.put(tags.toBytes());
		}
		out.put(END);
		return out.toBytes();
	}

	private static String name(ToClient message) {
		if (message instanceof ToClient.Event event) {
			return event.name();
		}
		if (message instanceof ToClient.ActionResponse) {
			return "rivet:response";
		}
		if (message instanceof ToClient.Error) {
			return "rivet:error";
		}
		if (message instanceof ToClient.Welcome) {
			return "rivet:init";
		}
		if (message instanceof ToClient.SubscriptionResponse) {
			return "rivet:subscription";
		}
		return "rivet:" + MessageBody.tag(message).toLowerCase(Locale.ROOT);
	}

	/** What a client that comes back says as {@code Last-Event-ID}. */
	private static @Nullable String id(ToClient message) {
		Position position = null;
		if (message instanceof ToClient.Event event) {
			position = event.position();
		}
		else if (message instanceof ToClient.Welcome welcome) {
			position = welcome.position();
		}
		else if (message instanceof ToClient.KeepAlive alive) {
			position = alive.position();
		}
		else if (message instanceof ToClient.Gap gap) {
			position = gap.position();
		}
		else if (message instanceof ToClient.SubscriptionResponse response) {
			position = response.position();
		}
		else if (message instanceof ToClient.Close close) {
			return EventStream.endsForGood(close.reason()) ? EventStream.CLOSED : null;
		}
		return (position != null) ? EventStream.id(position) : null;
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

}
