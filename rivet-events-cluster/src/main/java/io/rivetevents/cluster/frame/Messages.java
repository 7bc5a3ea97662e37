/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.extension.Renewal;
import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.TraceParent;

/**
 * Writes and reads the messages of the protocol, with the fields of both modes.
 */
final class Messages {

	private static final Variants<ToClient> TO_CLIENT = Variants.of(ToClient.class,
			new Variant<>(1, ToClient.Init.class, Messages::writeInit, Messages::readInit),
			new Variant<>(2, ToClient.Error.class, Messages::writeError, Messages::readError),
			new Variant<>(3, ToClient.ActionResponse.class, Messages::writeActionResponse,
					Messages::readActionResponse),
			new Variant<>(4, ToClient.Event.class, Messages::writeEvent, Messages::readEvent),
			new Variant<>(5, ToClient.Welcome.class, Messages::writeWelcome, Messages::readWelcome),
			new Variant<>(6, ToClient.SubscriptionResponse.class, Messages::writeSubscriptionResponse,
					Messages::readSubscriptionResponse),
			new Variant<>(7, ToClient.Gap.class, Messages::writeGap, Messages::readGap),
			new Variant<>(8, ToClient.KeepAlive.class,
					(out, alive) -> out.record(alive.position(), Messages::writePosition),
					(in) -> new ToClient.KeepAlive(in.record(Messages::readPosition))),
			new Variant<>(9, ToClient.GoingAway.class, (out, away) -> out.number(away.delay()),
					(in) -> new ToClient.GoingAway(in.number())),
			new Variant<>(10, ToClient.Close.class, Messages::writeClose, Messages::readClose),
			new Variant<>(11, ToClient.Expiring.class, (out, expiring) -> out.number(expiring.remaining()),
					(in) -> new ToClient.Expiring(in.number())),
			new Variant<>(12, ToClient.AuthenticateResponse.class,
					(out, response) -> out.optional(response.remaining(), FrameOutput::number)
						.optionalRecord(response.error(), Messages::writeError),
					(in) -> new ToClient.AuthenticateResponse(in.optional(FrameInput::number),
							in.optionalRecord(Messages::readError))));

	private Messages() {
	}

	static void writeToClient(FrameOutput out, ToClient message) {
		TO_CLIENT.write(out, message);
	}

	static ToClient readToClient(FrameInput in) {
		return TO_CLIENT.read(in);
	}

	/**
	 * Returns what writes and reads messages of clients.
	 * @param requests writes and reads identities
	 */
	static Variants<ToServer> toServer(ConnectRequestCodec requests) {
		return Variants.of(ToServer.class,
				new Variant<>(1, ToServer.ActionRequest.class, Messages::writeActionRequest,
						Messages::readActionRequest),
				new Variant<>(2, ToServer.SubscriptionRequest.class, Messages::writeSubscriptionRequest,
						Messages::readSubscriptionRequest),
				new Variant<>(3, ToServer.Cancel.class,
						(out, cancel) -> out.number(cancel.id()).number(cancel.handled()),
						(in) -> new ToServer.Cancel(in.number(), in.number())),
				new Variant<>(4, ToServer.Hello.class, Messages::writeHello, Messages::readHello),
				new Variant<>(5, ToServer.Authenticate.class,
						(out, message) -> writeRenewal(out, (Renewal) message.right(), requests),
						(in) -> new ToServer.Authenticate(null, readRenewal(in, requests))));
	}

	/** The credentials themselves stay on the node that has checked them. */
	private static void writeRenewal(FrameOutput out, @Nullable Renewal renewal, ConnectRequestCodec requests) {
		if (renewal == null) {
			throw new IllegalArgumentException("Credentials that are not checked cannot be sent");
		}
		JsonValues.write(out, requests.write(renewal.identity()));
		out.optional(renewal.remaining(), FrameOutput::number).flag(renewal.answered());
	}

	private static Renewal readRenewal(FrameInput in, ConnectRequestCodec requests) {
		return new Renewal(requests.readIdentity(JsonValues.read(in)), in.optional(FrameInput::number),
				!in.hasMore() || in.flag());
	}

	private static void writeInit(FrameOutput out, ToClient.Init init) {
		out.id(init.actorId()).id(init.connectionId());
	}

	private static ToClient.Init readInit(FrameInput in) {
		return new ToClient.Init(in.id(), in.id());
	}

	private static void writeError(FrameOutput out, ToClient.Error error) {
		out.text(error.group())
			.text(error.code())
			.text(error.message())
			.optional(error.metadata(), JsonValues::write)
			.optional(error.actionId(), FrameOutput::number)
			.optionalRecord(error.actor(), Messages::writeSpecifier);
	}

	private static ToClient.Error readError(FrameInput in) {
		return new ToClient.Error(in.text(), in.text(), in.text(), in.optional(JsonValues::read),
				in.optional(FrameInput::number), in.optionalRecord(Messages::readSpecifier));
	}

	private static void writeSpecifier(FrameOutput out, ActorSpecifier actor) {
		out.id(actor.actorId()).number(actor.generation()).optional(actor.key(), FrameOutput::text);
	}

	private static ActorSpecifier readSpecifier(FrameInput in) {
		return new ActorSpecifier(in.id(), in.number(), in.optional(FrameInput::text));
	}

	private static void writeActionResponse(FrameOutput out, ToClient.ActionResponse response) {
		out.number(response.id()).optional(response.output(), JsonValues::write);
	}

	private static ToClient.ActionResponse readActionResponse(FrameInput in) {
		return new ToClient.ActionResponse(in.number(), in.optional(JsonValues::read));
	}

	private static void writeEvent(FrameOutput out, ToClient.Event event) {
		out.text(event.name())
			.list(event.args(), JsonValues::write)
			.optionalRecord(event.position(), Messages::writePosition)
			.list(event.tags(), FrameOutput::text)
			.optional(event.id(), FrameOutput::id)
			.optional(event.traceparent(), FrameOutput::text);
	}

	private static ToClient.Event readEvent(FrameInput in) {
		return new ToClient.Event(in.text(), in.list(JsonValues::read), in.optionalRecord(Messages::readPosition),
				readTexts(in), in.hasMore() ? in.optional(FrameInput::id) : null, readTrace(in));
	}

	/** Older nodes do not write this field. */
	static @Nullable String readTrace(FrameInput in) {
		return in.hasMore() ? TraceParent.valid(in.optional(FrameInput::text)) : null;
	}

	private static void writeWelcome(FrameOutput out, ToClient.Welcome welcome) {
		out.id(welcome.actorId())
			.id(welcome.connectionId())
			.record(welcome.position(), Messages::writePosition)
			.id(welcome.stream())
			.text(welcome.secret())
			.record(welcome.outcome(), Messages::writeOutcome)
			.number(welcome.keepAlive())
			.optionalRecord(welcome.snapshot(), Messages::writeSnapshotResult)
			.list(welcome.refused().entrySet(), (each, refused) -> {
				each.text(refused.getKey());
				each.record(refused.getValue(), Messages::writeError);
			})
			.flag(welcome.contractChanged());
	}

	private static ToClient.Welcome readWelcome(FrameInput in) {
		return new ToClient.Welcome(in.id(), in.id(), in.record(Messages::readPosition), in.id(), in.text(),
				in.record(Messages::readOutcome), in.number(), in.optionalRecord(Messages::readSnapshotResult),
				readRefused(in), in.flag());
	}

	private static Map<String, ToClient.Error> readRefused(FrameInput in) {
		Map<String, ToClient.Error> refused = new LinkedHashMap<>();
		in.list((each) -> refused.put(each.text(), each.record(Messages::readError)));
		return refused;
	}

	private static void writeOutcome(FrameOutput out, ToClient.ResumeOutcome outcome) {
		out.text(outcome.kind().name()).number(outcome.replayed()).optional(outcome.reason(), FrameOutput::text);
	}

	private static ToClient.ResumeOutcome readOutcome(FrameInput in) {
		return new ToClient.ResumeOutcome(readConstant(in, ToClient.ResumeOutcome.Kind.class), in.integer(),
				in.optional(FrameInput::text));
	}

	private static void writeSnapshotResult(FrameOutput out, ToClient.SnapshotResult snapshot) {
		out.optional(snapshot.output(), JsonValues::write).optionalRecord(snapshot.error(), Messages::writeError);
	}

	private static ToClient.SnapshotResult readSnapshotResult(FrameInput in) {
		return new ToClient.SnapshotResult(in.optional(JsonValues::read), in.optionalRecord(Messages::readError));
	}

	private static void writeSubscriptionResponse(FrameOutput out, ToClient.SubscriptionResponse response) {
		out.text(response.eventName())
			.flag(response.subscribe())
			.record(response.position(), Messages::writePosition)
			.optionalRecord(response.error(), Messages::writeError);
	}

	private static ToClient.SubscriptionResponse readSubscriptionResponse(FrameInput in) {
		return new ToClient.SubscriptionResponse(in.text(), in.flag(), in.record(Messages::readPosition),
				in.optionalRecord(Messages::readError));
	}

	private static void writeGap(FrameOutput out, ToClient.Gap gap) {
		out.text(gap.reason()).list(gap.events(), FrameOutput::text).record(gap.position(), Messages::writePosition);
	}

	private static ToClient.Gap readGap(FrameInput in) {
		return new ToClient.Gap(in.text(), readTexts(in), in.record(Messages::readPosition));
	}

	private static void writeClose(FrameOutput out, ToClient.Close close) {
		out.record(close.reason(), Messages::writeReason).optional(close.retryAfter(), FrameOutput::number);
	}

	private static ToClient.Close readClose(FrameInput in) {
		return new ToClient.Close(in.record(Messages::readReason), in.optional(FrameInput::number));
	}

	static void writeReason(FrameOutput out, CloseReason reason) {
		out.number(reason.code()).text(reason.reason());
	}

	static CloseReason readReason(FrameInput in) {
		return new CloseReason(in.integer(), in.text());
	}

	private static void writePosition(FrameOutput out, Position position) {
		out.id(position.epoch()).number(position.sequence());
	}

	private static Position readPosition(FrameInput in) {
		return new Position(in.id(), in.number());
	}

	static void writeActionRequest(FrameOutput out, ToServer.ActionRequest request) {
		out.number(request.id())
			.text(request.name())
			.list(request.args(), JsonValues::write)
			.record(request.options(), Messages::writeOptions)
			.number(request.handled());
	}

	static ToServer.ActionRequest readActionRequest(FrameInput in) {
		return new ToServer.ActionRequest(in.number(), in.text(), in.list(JsonValues::read),
				in.record(Messages::readOptions), in.number());
	}

	private static void writeOptions(FrameOutput out, ToServer.CallOptions options) {
		out.flag(options.oneWay())
			.optional(options.deadline(), FrameOutput::duration)
			.optional(options.idempotencyKey(), FrameOutput::text)
			.optional(options.traceparent(), FrameOutput::text);
	}

	private static ToServer.CallOptions readOptions(FrameInput in) {
		return new ToServer.CallOptions(in.flag(), in.optional(FrameInput::duration), in.optional(FrameInput::text),
				readTrace(in));
	}

	private static void writeSubscriptionRequest(FrameOutput out, ToServer.SubscriptionRequest request) {
		out.text(request.eventName())
			.flag(request.subscribe())
			.list(request.tags(), FrameOutput::text)
			.number(request.handled());
	}

	private static ToServer.SubscriptionRequest readSubscriptionRequest(FrameInput in) {
		return new ToServer.SubscriptionRequest(in.text(), in.flag(), readTexts(in), in.number());
	}

	private static void writeHello(FrameOutput out, ToServer.Hello hello) {
		out.list(hello.subscriptions(), (each, request) -> each.record(request, Messages::writeSubscriptionRequest))
			.optionalRecord(hello.resume(), Messages::writeResume)
			.optionalRecord(hello.snapshot(), Messages::writeSnapshot)
			.optional(hello.params(), JsonValues::write)
			.optional(hello.credentials(), JsonValues::write)
			.optional(hello.contract(), FrameOutput::text);
	}

	private static ToServer.Hello readHello(FrameInput in) {
		List<ToServer.SubscriptionRequest> subscriptions = in
			.list((each) -> each.record(Messages::readSubscriptionRequest));
		ToServer.Resume resume = in.optionalRecord(Messages::readResume);
		ToServer.Snapshot snapshot = in.optionalRecord(Messages::readSnapshot);
		@Nullable JsonNode params = in.optional(JsonValues::read);
		return new ToServer.Hello(subscriptions, resume, snapshot, params, in.optional(JsonValues::read),
				in.optional(FrameInput::text));
	}

	private static void writeResume(FrameOutput out, ToServer.Resume resume) {
		out.record(resume.position(), Messages::writePosition)
			.optional(resume.stream(), FrameOutput::id)
			.optional(resume.secret(), FrameOutput::text);
	}

	private static ToServer.Resume readResume(FrameInput in) {
		return new ToServer.Resume(in.record(Messages::readPosition), in.optional(FrameInput::id),
				in.optional(FrameInput::text));
	}

	private static void writeSnapshot(FrameOutput out, ToServer.Snapshot snapshot) {
		out.text(snapshot.name()).list(snapshot.args(), JsonValues::write);
	}

	private static ToServer.Snapshot readSnapshot(FrameInput in) {
		return new ToServer.Snapshot(in.text(), in.list(JsonValues::read));
	}

	static Set<String> readTexts(FrameInput in) {
		return new LinkedHashSet<>(in.list(FrameInput::text));
	}

	/**
	 * Reads a constant by its name.
	 * @throws UnknownKindException if a newer node has sent it
	 */
	static <E extends Enum<E>> E readConstant(FrameInput in, Class<E> type) {
		String name = in.text();
		for (E each : type.getEnumConstants()) {
			if (each.name().equals(name)) {
				return each;
			}
		}
		throw new UnknownKindException(type);
	}

}
