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
			out.unsigned(EVENT).text(event.name()).values(event.args());
		}
		else if (message instanceof ToClient.ActionResponse response) {
			out.unsigned(ACTION_RESPONSE).unsigned(response.id()).value(response.output());
		}
		else if (message instanceof ToClient.Error error) {
			write(error, out.unsigned(ERROR));
		}
		else if (message instanceof ToClient.Extended) {
			throw new IllegalArgumentException("The plain protocol has no " + MessageBody.tag(message));
		}
		else {
			ToClient.Init init = (ToClient.Init) message;
			out.unsigned(INIT).text(init.actorId()).text(init.connectionId());
		}
		return out.toBytes();
	}

	private static void write(ToClient.Error error, BareWriter out) {
		errorStart(error, out);
		out.flag(error.actionId() != null);
		if (error.actionId() != null) {
			out.unsigned(error.actionId());
		}
		errorEnd(error, out);
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
			return new ToServer.ActionRequest(in.unsigned(), in.text(), TreeCodec.args(in.value()));
		}
		if (tag == SUBSCRIPTION_REQUEST) {
			return new ToServer.SubscriptionRequest(in.text(), in.flag());
		}
		throw Markers.malformed("its tag is unknown");
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		BareReader in = new BareReader(body);
		List<JsonNode> args = TreeCodec.args(in.value());
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

}
