/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Writes and reads operations and their results.
 */
final class Operations {

	private static final Variants<ActorTarget> TARGETS = Variants.of(ActorTarget.class,
			new Variant<>(1, ActorTarget.ById.class,
					(out, target) -> out.id(target.actorId()).optional(target.address(), Operations::writeAddress),
					(in) -> new ActorTarget.ById(in.id(), in.hasMore() ? in.optional(Operations::readAddress) : null)),
			new Variant<>(2, ActorTarget.Get.class, (out, target) -> writeAddress(out, target.address()),
					(in) -> new ActorTarget.Get(readAddress(in))),
			new Variant<>(3, ActorTarget.GetOrCreate.class, Operations::writeCreation,
					(in) -> new ActorTarget.GetOrCreate(readAddress(in), readInput(in))),
			new Variant<>(4, ActorTarget.Create.class, Operations::writeCreation,
					(in) -> new ActorTarget.Create(readAddress(in), readInput(in))));

	private static final Variants<Selection> SELECTIONS = Variants.of(Selection.class,
			new Variant<>(1, Selection.All.class, (out, all) -> {
			}, (in) -> new Selection.All()),
			new Variant<>(2, Selection.These.class, (out, these) -> writeIds(out, these.connectionIds()),
					(in) -> new Selection.These(readIds(in))),
			new Variant<>(3, Selection.AllExcept.class, (out, except) -> writeIds(out, except.connectionIds()),
					(in) -> new Selection.AllExcept(readIds(in))),
			new Variant<>(4, Selection.User.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text),
					(in) -> new Selection.User(in.text(), in.optional(FrameInput::text))),
			new Variant<>(5, Selection.AllExceptUser.class,
					(out, user) -> out.text(user.name()).optional(user.issuer(), FrameOutput::text),
					(in) -> new Selection.AllExceptUser(in.text(), in.optional(FrameInput::text))),
			new Variant<>(6, Selection.Where.class, (out, where) -> {
				throw predicate();
			}, (in) -> {
				throw FrameInput.malformed("a predicate cannot be sent");
			}));

	private static final Variants<Result> RESULTS = Variants.of(Result.class,
			new Variant<>(1, Result.Done.class, Operations::writeDone, Operations::readDone),
			new Variant<>(2, Result.Info.class, (out, info) -> out.optionalRecord(info.info(), Operations::writeInfo),
					(in) -> new Result.Info(in.optionalRecord(Operations::readInfo))),
			new Variant<>(3, Result.Output.class, (out, output) -> JsonValues.write(out, output.output()),
					(in) -> new Result.Output(JsonValues.read(in))),
			new Variant<>(4, Result.Counts.class,
					(out, counts) -> out.number(counts.targeted()).number(counts.queued()),
					(in) -> new Result.Counts(in.integer(), in.integer())),
			new Variant<>(5, Result.Failure.class, Operations::writeFailure, Operations::readFailure),
			new Variant<>(6, Result.NotOwner.class, (out, notOwner) -> {
			}, (in) -> new Result.NotOwner()),
			new Variant<>(7, Result.Answer.class, (out, answer) -> out.record(answer.answer(), Queries::writeAnswer),
					(in) -> new Result.Answer(in.record(Queries::readAnswer))));

	private final ConnectRequestCodec requests;

	private final Variants<Operation> operations = Variants.of(Operation.class,
			new Variant<>(1, Operation.Resolve.class,
					(out, resolve) -> writeTarget(out, resolve.target()).optional(resolve.caller(), this::writeRequest),
					(in) -> new Operation.Resolve(readTarget(in), in.optional(this::readRequest))),
			new Variant<>(2, Operation.Authorize.class,
					(out, authorize) -> writeIdentity(writeTarget(out, authorize.target()), authorize.identity()),
					(in) -> new Operation.Authorize(readTarget(in), readIdentity(in))),
			new Variant<>(3, Operation.Find.class, (out, find) -> writeTarget(out, find.target()),
					(in) -> new Operation.Find(readTarget(in))),
			new Variant<>(4, Operation.Connect.class, this::writeConnect, this::readConnect),
			new Variant<>(5, Operation.Call.class, this::writeCall, this::readCall),
			new Variant<>(6, Operation.Destroy.class, (out, destroy) -> writeTarget(out, destroy.target()),
					(in) -> new Operation.Destroy(readTarget(in))),
			new Variant<>(7, Operation.Dispatch.class,
					(out, dispatch) -> writeTarget(out, dispatch.target()).record(dispatch.event(),
							Operations::writeEvent),
					(in) -> new Operation.Dispatch(readTarget(in), in.record(Operations::readEvent))),
			new Variant<>(8, Operation.Predict.class, Operations::writePredict, Operations::readPredict),
			new Variant<>(9, Operation.Release.class, (out, release) -> writeAddress(out, release.address()),
					(in) -> new Operation.Release(readAddress(in))),
			new Variant<>(10, Operation.Inbound.class,
					(out, inbound) -> out.record(inbound.request(), InboundRequests::write),
					(in) -> new Operation.Inbound(in.record(InboundRequests::read))),
			new Variant<>(11, Operation.Query.class, (out, query) -> out.record(query.query(), Queries::write),
					(in) -> new Operation.Query(in.record(Queries::read))),
			new Variant<>(255, Operation.Unknown.class, (out, unknown) -> {
				throw new IllegalArgumentException("An unknown operation cannot be sent");
			}, (in) -> {
				throw FrameInput.malformed("an unknown operation cannot be sent");
			}));

	Operations(ConnectRequestCodec requests) {
		this.requests = requests;
	}

	void write(FrameOutput out, Operation operation) {
		this.operations.write(out, operation);
	}

	Operation read(FrameInput in) {
		return this.operations.read(in);
	}

	static void writeResult(FrameOutput out, Result result) {
		RESULTS.write(out, result);
	}

	static Result readResult(FrameInput in) {
		return RESULTS.read(in);
	}

	/** Requests and identities are trees, whose fields have names. */
	private void writeRequest(FrameOutput out, ConnectRequest request) {
		JsonValues.write(out, this.requests.write(request));
	}

	private ConnectRequest readRequest(FrameInput in) {
		return this.requests.readRequest(JsonValues.read(in));
	}

	private void writeIdentity(FrameOutput out, Identity identity) {
		JsonValues.write(out, this.requests.write(identity));
	}

	private Identity readIdentity(FrameInput in) {
		return this.requests.readIdentity(JsonValues.read(in));
	}

	private void writeConnect(FrameOutput out, Operation.Connect connect) {
		writeTarget(out, connect.target());
		writeRequest(out, connect.request());
		out.record(connect.bounds(), Operations::writeBounds);
	}

	private Operation.Connect readConnect(FrameInput in) {
		return new Operation.Connect(readTarget(in), readRequest(in), in.record(Operations::readBounds));
	}

	private void writeCall(FrameOutput out, Operation.Call call) {
		writeTarget(out, call.target()).optional(call.caller(), this::writeRequest)
			.record(call.action(), Messages::writeActionRequest);
	}

	private Operation.Call readCall(FrameInput in) {
		return new Operation.Call(readTarget(in), in.optional(this::readRequest),
				in.record(Messages::readActionRequest));
	}

	private static void writePredict(FrameOutput out, Operation.Predict predict) {
		writeTarget(out, predict.target()).id(predict.connectionId())
			.record(predict.action(), Messages::writeActionRequest);
	}

	private static Operation.Predict readPredict(FrameInput in) {
		return new Operation.Predict(readTarget(in), in.id(), in.record(Messages::readActionRequest));
	}

	private static void writeBounds(FrameOutput out, Gateway.Bounds bounds) {
		out.text(bounds.encoding().name())
			.number(bounds.maxMessageSize())
			.number(bounds.maxQueuedBytes())
			.text(bounds.transport());
	}

	private static Gateway.Bounds readBounds(FrameInput in) {
		return new Gateway.Bounds(Messages.readConstant(in, Encoding.class), in.integer(), in.number(), in.text());
	}

	private static FrameOutput writeTarget(FrameOutput out, ActorTarget target) {
		return out.record(target, TARGETS::write);
	}

	private static ActorTarget readTarget(FrameInput in) {
		return in.record(TARGETS::read);
	}

	private static void writeCreation(FrameOutput out, ActorTarget target) {
		ActorAddress address = target.address();
		if (address == null) {
			throw new IllegalArgumentException("A target that creates an instance has no address");
		}
		writeAddress(out, address);
		out.optional(target.input(), FrameOutput::bytes);
	}

	private static byte @Nullable [] readInput(FrameInput in) {
		return in.optional(FrameInput::bytes);
	}

	/** Writes an address, with its key part by part. */
	static void writeAddress(FrameOutput out, ActorAddress address) {
		out.record(address,
				(record, value) -> record.text(value.namespace())
					.text(value.name())
					.list(value.key().parts(), FrameOutput::text));
	}

	static ActorAddress readAddress(FrameInput in) {
		return in.record((record) -> new ActorAddress(record.text(), record.text(),
				new ActorKey(record.list(FrameInput::text))));
	}

	private static void writeInfo(FrameOutput out, ActorInfo info) {
		writeAddress(out.id(info.actorId()), info.address());
		out.number(info.generation())
			.instant(info.createdAt())
			.optional(info.startedAt(), FrameOutput::instant)
			.flag(info.created());
	}

	private static ActorInfo readInfo(FrameInput in) {
		return new ActorInfo(in.id(), readAddress(in), in.number(), in.instant(), in.optional(FrameInput::instant),
				in.flag());
	}

	private static void writeDone(FrameOutput out, Result.Done done) {
		if (done.handOver() != null) {
			out.record(done.handOver(), Operations::writeHandOver);
		}
	}

	private static Result.Done readDone(FrameInput in) {
		return in.hasMore() ? new Result.Done(in.record(Operations::readHandOver)) : new Result.Done();
	}

	private static void writeHandOver(FrameOutput out, HandOver handOver) {
		out.id(handOver.actorId())
			.number(handOver.generation())
			.id(handOver.epoch())
			.number(handOver.sequence())
			.optional(handOver.history(), FrameOutput::bytes);
	}

	private static HandOver readHandOver(FrameInput in) {
		return new HandOver(in.id(), in.number(), in.id(), in.number(), in.optional(FrameInput::bytes));
	}

	private static void writeFailure(FrameOutput out, Result.Failure failure) {
		out.text(failure.group())
			.text(failure.code())
			.number(failure.status())
			.text(failure.message())
			.optional(failure.metadata(), JsonValues::write);
	}

	private static Result.Failure readFailure(FrameInput in) {
		return new Result.Failure(in.text(), in.text(), in.integer(), in.text(), in.optional(JsonValues::read));
	}

	static void writeEvent(FrameOutput out, AddressedEvent event) {
		out.record(event.selection(), SELECTIONS::write)
			.flag(event.subscribed())
			.text(event.event())
			.list(event.args(), JsonValues::write)
			.list(event.tags(), FrameOutput::text)
			.flag(event.droppable())
			.optional(event.id(), FrameOutput::id)
			.optional(event.traceparent(), FrameOutput::text);
	}

	static AddressedEvent readEvent(FrameInput in) {
		Selection selection = in.record(SELECTIONS::read);
		boolean subscribed = in.flag();
		String event = in.text();
		List<JsonNode> args = in.list(JsonValues::read);
		return new AddressedEvent(selection, subscribed, event, args, Messages.readTexts(in), in.flag(),
				in.hasMore() ? in.optional(FrameInput::id) : null, Messages.readTrace(in));
	}

	private static void writeIds(FrameOutput out, Set<String> ids) {
		out.list(ids, FrameOutput::id);
	}

	private static Set<String> readIds(FrameInput in) {
		return new LinkedHashSet<>(in.list(FrameInput::id));
	}

	private static RivetException predicate() {
		return new RivetException(ErrorCode.NOT_SUPPORTED,
				"A predicate cannot select connections of an instance on another node.");
	}

}
