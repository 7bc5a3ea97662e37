/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.SignalType;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.transport.PartialMessage;

/**
 * Joins the parts of a body. Each part is copied and released at once, because a small
 * part may hold a large buffer of the server. A body that arrives in one part, as nearly
 * all do, does not count towards the memory of incomplete bodies.
 */
final class BodyReader extends BaseSubscriber<DataBuffer> {

	private final MonoSink<byte[]> sink;

	private final int limit;

	private final Limits limits;

	private final long announced;

	private final Runnable closeAfter;

	/** Also the lock for the fields below: the reader can be cancelled by any thread. */
	private final PartialMessage message;

	private boolean done;

	private @Nullable ScheduledExecutorService thread;

	private @Nullable ScheduledFuture<?> timer;

	/**
	 * Creates the reader.
	 * @param sink receives the body
	 * @param limit maximum number of bytes
	 * @param limits limits of the node
	 * @param address address of the client, {@code null} if unknown
	 * @param announced content length, -1 if the head does not have it
	 * @param closeAfter closes the connection after the answer
	 */
	BodyReader(MonoSink<byte[]> sink, int limit, Limits limits, @Nullable InetAddress address, long announced,
			Runnable closeAfter) {
		this.sink = sink;
		this.limit = limit;
		this.limits = limits;
		this.announced = announced;
		this.closeAfter = closeAfter;
		this.message = new PartialMessage(limit, limits.receivingFrom(address));
		sink.onDispose(this);
	}

	/**
	 * Waits for the parts that have not arrived with the head of the request.
	 * @param thread thread of the socket, which runs the timer at low cost
	 */
	void await(ScheduledExecutorService thread) {
		synchronized (this.message) {
			if (!this.done) {
				this.thread = thread;
				countLater();
				this.timer = thread.schedule(this::timeOut, this.limits.settings().times().body().toNanos(),
						TimeUnit.NANOSECONDS);
			}
		}
	}

	@Override
	protected void hookOnNext(DataBuffer part) {
		try {
			if (add(part)) {
				onPart();
				return;
			}
			this.limits.hits().add(Limit.MESSAGE_SIZE);
			fail(new RivetException(ErrorCode.INCOMING_TOO_LONG));
		}
		catch (Throwable ex) {
			fail(ex); // includes an Error, which would not end the body otherwise
		}
		finally {
			DataBufferUtils.release(part);
		}
	}

	private boolean add(DataBuffer part) {
		int count = part.readableByteCount();
		synchronized (this.message) {
			if (this.done) {
				return true;
			}
			if (count > this.limit - this.message.size()) {
				return false;
			}
			int start = this.message.add(count);
			part.read(this.message.array(), start, count);
			return true;
		}
	}

	/**
	 * Counts a part of an incomplete body. If all announced bytes have arrived, it counts
	 * a moment later: the end of the body nearly always follows at once, but a client can
	 * delay it.
	 */
	private void onPart() {
		synchronized (this.message) {
			if (this.message.size() == this.announced) {
				countLater();
				return;
			}
		}
		countWaiting();
	}

	private void countLater() {
		if (this.thread != null && this.message.size() > 0) {
			this.thread.execute(this::countWaiting);
		}
	}

	private void countWaiting() {
		boolean fits;
		synchronized (this.message) {
			fits = this.done || this.message.count();
		}
		if (!fits) {
			fail(new RivetException(ErrorCode.OVERLOADED));
		}
	}

	private void timeOut() {
		synchronized (this.message) {
			if (this.done) {
				return;
			}
		}
		this.limits.hits().add(Limit.BODY_TIMEOUT);
		this.closeAfter.run();
		fail(new RivetException(ErrorCode.REQUEST_TIMED_OUT));
	}

	private void fail(Throwable ex) {
		cancel();
		this.sink.error(ex);
	}

	@Override
	protected void hookOnComplete() {
		byte[] body;
		synchronized (this.message) {
			body = this.message.take();
		}
		this.sink.success(body);
	}

	@Override
	protected void hookOnError(Throwable ex) {
		this.sink.error(RequestFailures.ofBody(ex));
	}

	@Override
	protected void hookFinally(SignalType type) {
		synchronized (this.message) {
			this.done = true;
			this.message.release();
			if (this.timer != null) {
				this.timer.cancel(false);
			}
		}
	}

}
