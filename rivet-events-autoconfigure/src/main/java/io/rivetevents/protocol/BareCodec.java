package io.rivetevents.protocol;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The encoding without names (BARE, with a version before it): section 5.1 of the
 * protocol document. Versions 1 to 4 are read, in which what clients send is the same; 4
 * is written.
 */
final class BareCodec implements Codec {

	private static final int INIT = 0;

	private static final int ERROR = 1;

	private static final int ACTION_RESPONSE = 2;

	private static final int EVENT = 3;

	private static final int ACTION_REQUEST = 0;

	private static final int SUBSCRIPTION_REQUEST = 1;

	@Override
	public byte[] encode(ToClient message) {
		BareWriter out = new BareWriter();
		if (message instanceof ToClient.Event event) {
			out.tag(EVENT).text(event.name()).data(cbor(event.args()));
		}
		else if (message instanceof ToClient.ActionResponse response) {
			out.tag(ACTION_RESPONSE).unsigned(response.id()).data(cbor(response.output()));
		}
		else if (message instanceof ToClient.Error error) {
			errorStart(out.tag(ERROR), error);
			out.flag(error.actionId() != null);
			if (error.actionId() != null) {
				out.unsigned(error.actionId());
			}
			errorEnd(out, error);
		}
		else {
			ToClient.Init init = (ToClient.Init) message;
			out.tag(INIT).text(init.actorId()).text(init.connectionId());
		}
		return out.toBytes();
	}

	private static void errorStart(BareWriter out, ToClient.Error error) {
		out.text(error.group()).text(error.code()).text(error.message()).flag(error.metadata() != null);
		if (error.metadata() != null) {
			out.data(cbor(error.metadata()));
		}
	}

	private static void errorEnd(BareWriter out, ToClient.Error error) {
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

	private static byte[] cbor(@Nullable JsonNode value) {
		CborWriter out = new CborWriter();
		out.value(value);
		return out.toBytes();
	}

	private static byte[] cbor(List<JsonNode> values) {
		CborWriter out = new CborWriter();
		out.values(values);
		return out.toBytes();
	}

	@Override
	public ToServer decode(byte[] frame) {
		BareReader in = new BareReader(frame);
		long tag = in.unsigned();
		ToServer message;
		if (tag == ACTION_REQUEST) {
			message = new ToServer.ActionRequest(in.unsigned(), in.text(), args(in));
		}
		else if (tag == SUBSCRIPTION_REQUEST) {
			message = new ToServer.SubscriptionRequest(in.text(), in.flag());
		}
		else {
			throw Markers.malformed("its tag is unknown");
		}
		in.end();
		return message;
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		BareReader in = new BareReader(body);
		List<JsonNode> args = args(in);
		in.end();
		return args;
	}

	private static List<JsonNode> args(BareReader in) {
		return TreeCodec.args(CborReader.read(in.data()));
	}

	@Override
	public byte[] encodeActionResponse(@Nullable JsonNode output) {
		return new BareWriter().data(cbor(output)).toBytes();
	}

	@Override
	public byte[] encodeError(ToClient.Error error) {
		BareWriter out = new BareWriter();
		errorStart(out, error);
		errorEnd(out, error);
		return out.toBytes();
	}

}
