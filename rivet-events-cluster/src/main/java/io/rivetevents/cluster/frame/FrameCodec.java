/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.frame.Variants.Variant;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * Writes frames for another node, and reads them there. Safe for use by several threads.
 * <p>
 * <b>Bytes.</b> A frame is one byte for its kind, from 1 to 254, and its fields in the
 * order of the record. Numbers have 7 bits in each byte, lowest first; signed ones
 * alternate between positive and negative. Texts and bytes have their length first, lists
 * their count, optional fields a byte 0 or 1. Ids are 17 bytes if they are UUIDs. Records
 * within a frame have their length first, those of a sealed interface also a byte for
 * their kind. JSON values arrive exactly as they were sent, including missing nodes,
 * binary values and numbers of each type.
 * <p>
 * <b>Versions.</b> A later version may append fields to a record, which readers of this
 * version ignore, and reads them only if they are there. It may add kinds of frames and
 * other records: a frame with an unknown kind is ignored and logged once, so that a frame
 * is sent only to nodes whose version is at least {@link Frame#since()}. A request with
 * an unknown operation, or an unknown record within it, is read as
 * {@link Operation.Unknown} and answered with {@code request.not_supported}; an unknown
 * result is read as the failure {@code actor.outcome_unknown}. Fields and kinds are never
 * removed or used for another purpose.
 */
public final class FrameCodec {

	private static final Log logger = LogFactory.getLog(FrameCodec.class);

	private final Operations operations;

	private final Variants<ToServer> toServer;

	private final Variants<Frame> frames;

	private final AtomicBoolean reported = new AtomicBoolean();

	/** The last event that was written; see {@link #event}. */
	private volatile @Nullable WrittenEvent last;

	/**
	 * An event and its bytes.
	 *
	 * @param event the event
	 * @param bytes its bytes, not changed afterwards
	 */
	private record WrittenEvent(ToClient.Event event, byte[] bytes) {
	}

	/**
	 * Creates a codec.
	 * @param requests writes and reads connect requests and identities
	 */
	public FrameCodec(ConnectRequestCodec requests) {
		this.operations = new Operations(requests);
		this.toServer = Messages.toServer(requests);
		this.frames = Variants.of(Frame.class,
				new Variant<>(1, Frame.Request.class, this::writeRequest, this::readRequest),
				new Variant<>(2, Frame.Reply.class,
						(out, reply) -> out.number(reply.id()).record(reply.result(), Operations::writeResult),
						FrameCodec::readReply),
				new Variant<>(3, Frame.Cancel.class, (out, cancel) -> out.number(cancel.id()),
						(in) -> new Frame.Cancel(in.number())),
				new Variant<>(4, Frame.Deliver.class, this::writeDeliver, this::readDeliver),
				new Variant<>(5, Frame.KeepAlive.class, FrameCodec::writeKeepAlive, FrameCodec::readKeepAlive),
				new Variant<>(6, Frame.Disconnected.class, FrameCodec::writeDisconnected, FrameCodec::readDisconnected),
				new Variant<>(7, Frame.Send.class, this::writeSend, FrameCodec::readSend),
				new Variant<>(8, Frame.Admit.class,
						(out, admit) -> out.id(admit.connectionId()).record(admit.first(), Messages::writeToClient),
						(in) -> new Frame.Admit(in.id(), in.record(Messages::readToClient))),
				new Variant<>(9, Frame.Close.class,
						(out, close) -> out.id(close.connectionId()).record(close.reason(), Messages::writeReason),
						(in) -> new Frame.Close(in.id(), in.record(Messages::readReason))),
				new Variant<>(10, Frame.Leaving.class, (out, leaving) -> {
				}, (in) -> new Frame.Leaving()), new Variant<>(11, Frame.LeavingSeen.class, (out, seen) -> {
				}, (in) -> new Frame.LeavingSeen()),
				new Variant<>(12, Frame.Publish.class,
						(out, publish) -> out.record(publish.event(), Operations::writeEvent),
						(in) -> new Frame.Publish(in.record(Operations::readEvent))),
				new Variant<>(13, Frame.Command.class, (out, command) -> out.record(command.command(), Commands::write),
						(in) -> new Frame.Command(in.record(Commands::read))),
				new Variant<>(14, Frame.GiveBack.class,
						(out, back) -> out.id(back.connectionId()).record(back.message(), this.toServer::write),
						(in) -> new Frame.GiveBack(in.id(), in.record(this.toServer::read))),
				new Variant<>(15, Frame.Moved.class, (out, moved) -> out.number(moved.view()),
						(in) -> new Frame.Moved(in.number())));
	}

	/**
	 * Writes a frame.
	 * @return the bytes, which begin with neither 0 nor 255
	 * @throws io.rivetevents.error.RivetException with {@code request.not_supported} if
	 * the frame has a predicate, which another node cannot evaluate
	 * @throws io.rivetevents.extension.PrincipalCodecException if a principal cannot be
	 * written
	 * @throws IllegalArgumentException if a value is nested more than 512 levels deep, or
	 * has a Java object that is not a {@code byte[]}
	 */
	public byte[] encode(Frame frame) {
		FrameOutput out = new FrameOutput();
		this.frames.write(out, frame);
		return out.toBytes();
	}

	/**
	 * Reads a frame that ends where the bytes end.
	 * @param bytes bytes of which the frame is the last part
	 * @param start position of the first byte of the frame
	 * @return the frame, {@code null} if a newer node has sent a kind that is not known
	 * @throws IllegalArgumentException if the bytes are not a frame
	 */
	public @Nullable Frame decode(byte[] bytes, int start) {
		return decode(bytes, start, bytes.length);
	}

	/**
	 * Reads a frame.
	 * @param bytes bytes that have the frame
	 * @param start position of the first byte of the frame
	 * @param end position after the last byte of the frame
	 * @return the frame, {@code null} if a newer node has sent a kind that is not known
	 * @throws IllegalArgumentException if the bytes are not a frame
	 */
	public @Nullable Frame decode(byte[] bytes, int start, int end) {
		try {
			return this.frames.read(new FrameInput(bytes, start, end));
		}
		catch (UnknownKindException ex) {
			if (this.reported.compareAndSet(false, true)) {
				logger.info("Frames of a newer node are ignored; the first one has: %s".formatted(ex.getMessage()));
			}
			return null;
		}
		catch (RuntimeException ex) {
			// also of records that reject the value of a field, such as a time
			throw new IllegalArgumentException("A frame of another node cannot be read: " + ex.getMessage(), ex);
		}
	}

	private void writeRequest(FrameOutput out, Frame.Request request) {
		out.number(request.id()).record(request.operation(), this.operations::write);
		if (!request.context().isEmpty()) {
			out.list(List.copyOf(request.context().entrySet()), FrameCodec::writeContext);
		}
	}

	/** Writes a text, or a map of texts with its size first. */
	private static void writeContext(FrameOutput out, Map.Entry<String, Object> value) {
		out.text(value.getKey());
		if (value.getValue() instanceof Map<?, ?> map) {
			out.flag(true)
				.list(List.copyOf(map.entrySet()), (each, entry) -> each.text(String.valueOf(entry.getKey()))
					.text(String.valueOf(entry.getValue())));
		}
		else {
			out.flag(false).text(String.valueOf(value.getValue()));
		}
	}

	private Frame.Request readRequest(FrameInput in) {
		long id = in.number();
		Operation operation = in.record(this::readOperation);
		return in.hasMore() ? new Frame.Request(id, operation, readContext(in)) : new Frame.Request(id, operation);
	}

	/** The caller waits for an answer: it receives one for a request of a newer node. */
	private Operation readOperation(FrameInput in) {
		try {
			return this.operations.read(in);
		}
		catch (UnknownKindException ex) {
			return new Operation.Unknown(String.valueOf(ex.getMessage()));
		}
	}

	private static Frame.Reply readReply(FrameInput in) {
		return new Frame.Reply(in.number(), in.record(FrameCodec::readResult));
	}

	/** The operation has run, and its result has a kind of a newer version. */
	private static Result readResult(FrameInput in) {
		try {
			return Operations.readResult(in);
		}
		catch (UnknownKindException ex) {
			ErrorCode code = ErrorCode.OUTCOME_UNKNOWN;
			return new Result.Failure(code.group(), code.code(), code.status(), code.message(), null);
		}
	}

	private static Map<String, Object> readContext(FrameInput in) {
		Map<String, Object> context = new HashMap<>();
		in.list((each) -> context.put(each.text(), each.flag() ? readTexts(each) : each.text()));
		return context;
	}

	private static Map<String, String> readTexts(FrameInput in) {
		Map<String, String> texts = new HashMap<>();
		in.list((each) -> texts.put(each.text(), each.text()));
		return texts;
	}

	private void writeDeliver(FrameOutput out, Frame.Deliver deliver) {
		Operations.writeAddress(out, deliver.address());
		out.id(deliver.connectionId()).record(deliver.message(), this.toServer::write);
	}

	private Frame.Deliver readDeliver(FrameInput in) {
		return new Frame.Deliver(Operations.readAddress(in), in.id(), in.record(this.toServer::read));
	}

	private static void writeKeepAlive(FrameOutput out, Frame.KeepAlive alive) {
		Operations.writeAddress(out, alive.address());
		out.id(alive.connectionId());
	}

	private static Frame.KeepAlive readKeepAlive(FrameInput in) {
		return new Frame.KeepAlive(Operations.readAddress(in), in.id());
	}

	private static void writeDisconnected(FrameOutput out, Frame.Disconnected disconnected) {
		Operations.writeAddress(out, disconnected.address());
		out.id(disconnected.connectionId());
	}

	private static Frame.Disconnected readDisconnected(FrameInput in) {
		return new Frame.Disconnected(Operations.readAddress(in), in.id());
	}

	private void writeSend(FrameOutput out, Frame.Send send) {
		out.list(send.connectionIds(), FrameOutput::id).flag(send.droppable());
		if (send.message() instanceof ToClient.Event event) {
			out.bytes(event(event));
		}
		else {
			out.record(send.message(), Messages::writeToClient);
		}
		out.number(send.list()).number(send.first());
	}

	private static Frame.Send readSend(FrameInput in) {
		List<String> connectionIds = in.list(FrameInput::id);
		boolean droppable = in.flag();
		ToClient message = in.record(Messages::readToClient);
		return in.hasMore() ? new Frame.Send(connectionIds, message, droppable, in.number(), in.number())
				: new Frame.Send(connectionIds, message, droppable);
	}

	/**
	 * Returns the bytes of an event, as a record has them. A broadcast is one frame for
	 * each node, one after the other, with the same event: it is written once. Another
	 * thread may write its own event in between, which costs no more than the time.
	 */
	private byte[] event(ToClient.Event event) {
		WrittenEvent present = this.last;
		if (present == null || present.event() != event) {
			FrameOutput out = new FrameOutput();
			Messages.writeToClient(out, event);
			present = new WrittenEvent(event, out.toBytes());
			this.last = present;
		}
		return present.bytes();
	}

}
