package io.rivetevents.transport.netty;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.CleartextHttp2ServerUpgradeHandler;
import io.netty.util.ReferenceCountUtil;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.netty.channel.AbortedException;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Bounds what a client sends behind a request that has not been answered yet. Reactor
 * Netty keeps all of it, however much that is, and however long the answer takes: beyond
 * the bound nothing more is read until the answers have caught up. Behind a stream of
 * events they never do, and the connection is closed.
 * <p>
 * Sees to it, too, that the next request is read when none is left to be answered.
 */
final class RequestGuard extends ChannelDuplexHandler {

	static final String NAME = "rivet.requests";

	private static final Log logger = LogFactory.getLog(RequestGuard.class);

	/** What a request takes in memory beside its text, and a header beside its text. */
	private static final int REQUEST_OVERHEAD = 512;

	/** What has been read at once may be that much more than what may wait. */
	private static final int MAX_EXCESS = 4;

	/**
	 * Most of a body that is read, and thrown away, once its request has been answered: a
	 * client that is cut off sooner may not see the answer. The default of Tomcat's
	 * {@code maxSwallowSize}.
	 */
	private static final int MAX_SWALLOWED = 2 * 1024 * 1024;

	/** Bytes of a body for which a client has a second more. */
	private static final int MIN_RATE = 1024;

	private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	/** What reads a body itself, as our routes do, is to answer first. */
	private static final long GRACE_NANOS = NANOS_PER_SECOND;

	private final GuardedConnection connection;

	private final ConnectionMemory memory;

	private final Limits limits;

	/** Requests whose heads have arrived, and whose answers are not written. */
	private int unanswered;

	/** Whether the last one of them is to go on. */
	private boolean inBody;

	/** Bytes of it that arrived when it had been answered. */
	private long swallowed;

	/** Memory of the one that is answered. */
	private long current;

	/** Whether its body may still come with its head. */
	private boolean fresh;

	/** What the last one takes beside its body. */
	private long last;

	/** Memory of those behind the first. */
	private long waiting;

	private Runnable readOn = () -> {
	};

	private boolean stream;

	/** Whether the answer has more than a head like {@code 100 Continue}. */
	private boolean answering;

	private boolean paused;

	private boolean readWanted;

	private boolean stopped;

	/** Whether the whole answer is on its way to the socket. */
	private boolean ended;

	/** Whether this has answered in place of the application, and closes. */
	private boolean refused;

	/** Whether the server waits for the client, and not the client for the server. */
	private boolean reading;

	/** Since when, of {@link System#nanoTime()}. */
	private long readingSince;

	/** How long it has waited for the body, without the wait that goes on. */
	private long bodyWait;

	private long bodySize;

	/** When the last part of an answer was written while its body was to go on. */
	private long writtenAt;

	RequestGuard(GuardedConnection connection, ConnectionMemory memory, Limits limits) {
		this.connection = connection;
		this.memory = memory;
		this.limits = limits;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.readOn = () -> readOn(context);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.refused || (this.unanswered == 1 && isBroken(message))) {
			ReferenceCountUtil.release(message);
			refuse(context, HttpResponseStatus.BAD_REQUEST);
			return;
		}
		if (message instanceof HttpRequest request) {
			this.unanswered++;
			refuseInTurn(request);
			beginBody();
			this.last = request.uri().length() + ConnectionMemory.sizeOf(request.headers());
			if (this.unanswered == 1) {
				this.connection.enter(GuardedConnection.Phase.ANSWER);
				this.current = ConnectionMemory.REQUEST + this.last;
				this.fresh = true;
				if (!count()) {
					ReferenceCountUtil.release(message);
					refuse(context, HttpResponseStatus.SERVICE_UNAVAILABLE);
					return;
				}
			}
			else {
				this.waiting += REQUEST_OVERHEAD + this.last;
			}
		}
		if (message instanceof ByteBufHolder part) {
			onPart(context, part.content().readableBytes());
		}
		if (message instanceof LastHttpContent) {
			onRequestRead();
		}
		context.fireChannelRead(message);
		if (this.waiting > this.limits.settings().connection().pipelinedBytes()
				|| (this.waiting > 0 && !this.paused && !count())) {
			onTooMany(context);
		}
	}

	/** Counts what the requests of this connection take, if there is room for that. */
	private boolean count() {
		return this.memory.setRequests(this.current + this.waiting);
	}

	private void beginBody() {
		this.inBody = true;
		this.readingSince = System.nanoTime();
		this.bodyWait = 0;
		this.bodySize = 0;
	}

	private void onPart(ChannelHandlerContext context, int size) {
		this.bodySize += size;
		if (this.unanswered > 1) {
			this.waiting += size + ConnectionMemory.PART;
		}
		if (this.unanswered > 0) {
			return;
		}
		this.swallowed += size;
		if (this.swallowed > MAX_SWALLOWED && context.channel().isOpen()) {
			this.limits.hits().add(Limit.MESSAGE_SIZE);
			logger.debug("Closes a connection whose body goes on after the answer: " + context.channel());
			context.channel().close();
		}
	}

	private void onRequestRead() {
		this.inBody = false;
		this.swallowed = 0;
		if (this.unanswered == 0) {
			this.current = 0;
			count();
			this.connection.enter(GuardedConnection.Phase.IDLE);
		}
	}

	private void onTooMany(ChannelHandlerContext context) {
		if (!this.paused) {
			this.limits.hits().add(Limit.PIPELINED_REQUESTS);
			pause(context.channel());
		}
		boolean excess = this.waiting > (long) MAX_EXCESS * this.limits.settings().connection().pipelinedBytes();
		if (this.stream || excess) {
			logger.debug("Closes a connection with too many requests behind the first: " + context.channel());
			context.channel().close();
		}
	}

	/** The loop that reads goes on for a while unless the channel reads by demand. */
	private void pause(Channel channel) {
		this.paused = true;
		if (channel.config().isAutoRead()) {
			this.stopped = true;
			channel.config().setAutoRead(false);
		}
	}

	/** As it was for the others; what reads it then is held up by {@link #read}. */
	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		if (this.reading) {
			this.reading = false;
			this.bodyWait += this.inBody ? System.nanoTime() - this.readingSince : 0;
		}
		if (this.stopped) {
			this.stopped = false;
			context.channel().config().setAutoRead(true);
		}
		if (this.fresh) {
			this.fresh = false;
			if (this.inBody && this.unanswered == 1 && !this.answering && !this.memory.mayWait()) {
				refuse(context, HttpResponseStatus.SERVICE_UNAVAILABLE);
			}
		}
		context.fireChannelReadComplete();
	}

	@Override
	public void read(ChannelHandlerContext context) {
		if (this.paused) {
			this.readWanted = true;
		}
		else {
			readFrom(context);
		}
	}

	private void readFrom(ChannelHandlerContext context) {
		if (!this.reading) {
			this.reading = true;
			this.readingSince = System.nanoTime();
		}
		context.read();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.refused) {
			ReferenceCountUtil.release(message);
			promise.tryFailure(new ClosedChannelException());
			return;
		}
		if (message instanceof HttpResponse response) {
			onResponse(context, response);
		}
		if (this.inBody) {
			this.writtenAt = System.nanoTime();
		}
		if (!(message instanceof LastHttpContent) || !this.answering) {
			context.write(message, promise);
			return;
		}
		this.answering = false;
		this.ended = true;
		this.stream = false;
		this.connection.setStream(false);
		context.write(message, promise.unvoid().addListener((written) -> onAnswered(context)));
	}

	private void onResponse(ChannelHandlerContext context, HttpResponse response) {
		if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			this.connection.leave(context.pipeline());
			context.pipeline().remove(this);
			return;
		}
		this.answering = response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
		String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
		this.stream = ConnectionMemory.isEventStream(type);
		this.connection.setStream(this.stream);
		if (this.stream && this.paused) {
			context.executor().execute(() -> onTooMany(context));
		}
	}

	private void onAnswered(ChannelHandlerContext context) {
		this.ended = false;
		this.unanswered = Math.max(0, this.unanswered - 1);
		if (this.unanswered == 0) {
			this.connection.enter(this.inBody ? GuardedConnection.Phase.REST : GuardedConnection.Phase.IDLE);
		}
		if (this.unanswered <= 1) {
			this.waiting = 0;
			this.current = (this.unanswered == 1 || this.inBody) ? ConnectionMemory.REQUEST + this.last : 0;
			count();
			resume(context);
		}
	}

	/** Such as that the last answer has ended. */
	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof CleartextHttp2ServerUpgradeHandler.PriorKnowledgeUpgradeEvent) {
			this.connection.watchStreams(context.pipeline());
		}
		context.fireUserEventTriggered(event);
		if (this.unanswered == 0) {
			context.executor().execute(this.readOn);
		}
	}

	/**
	 * Reads, as Reactor Netty 1.3.6 may not (its issue 4361). Its queue of requests is
	 * emptied by a task, which reads nothing, for each answer that ends while something
	 * is queued. If a request that waited is answered before its own end has left the
	 * queue, the task for that answer finds nothing, and is the last one. This one has to
	 * come after it: a request that arrived before it would run beside another. A client
	 * that waits for each answer may be met as well: what it sends next can arrive when
	 * an answer of another thread is written, and that thread has not ended it yet.
	 */
	private void readOn(ChannelHandlerContext context) {
		if (!context.isRemoved() && this.unanswered == 0) {
			readFrom(context);
		}
	}

	private void resume(ChannelHandlerContext context) {
		if (this.paused) {
			this.paused = false;
			if (this.readWanted) {
				this.readWanted = false;
				readFrom(context);
			}
		}
	}

	// Bodies that do not come, or are none

	/**
	 * Has what is no request of HTTP/1 refused when it is its turn. Reactor Netty would
	 * refuse HTTP/2 at once, with the answer of the request before it, and close behind
	 * the next answer for a line that cannot be read, which passes as HTTP/1.0.
	 */
	private static void refuseInTurn(HttpRequest request) {
		boolean known = request.protocolVersion().majorVersion() == 1;
		if (!known && request.decoderResult().isSuccess()) {
			request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("Not a version of HTTP/1")));
		}
		if (request.decoderResult().isFailure()) {
			request.setProtocolVersion(HttpVersion.HTTP_1_1);
		}
	}

	private static boolean isBroken(Object message) {
		return message instanceof HttpContent part && !(message instanceof HttpRequest)
				&& part.decoderResult().isFailure();
	}

	/**
	 * Refuses a body that does not come. The time in which nothing is read does not
	 * count, as the server has enough to do then. Before the answer the client has the
	 * time limit for the whole body, and a second more for each {@link #MIN_RATE} bytes;
	 * a handler that answers meanwhile may talk with its client for as long as one of
	 * them says something.
	 * @return nanoseconds until the next look
	 */
	long checkBody(ChannelHandlerContext context) {
		if (!this.inBody || this.unanswered != 1 || this.refused) {
			return Long.MAX_VALUE;
		}
		long timeout = this.limits.settings().times().body().toNanos() + GRACE_NANOS;
		if (this.reading) {
			long now = System.nanoTime();
			timeout -= this.answering ? Math.min(now - this.readingSince, now - this.writtenAt)
					: this.bodyWait + now - this.readingSince - this.bodySize * NANOS_PER_SECOND / MIN_RATE;
		}
		if (timeout <= 0) {
			logger.debug("Refuses a body that does not come: " + context.channel());
			this.limits.hits().add(Limit.BODY_TIMEOUT);
			refuse(context.pipeline().context(this), HttpResponseStatus.REQUEST_TIMEOUT);
			return Long.MAX_VALUE;
		}
		return timeout;
	}

	/** Refuses what there is no room for. */
	void refuse(ChannelPipeline pipeline) {
		refuse(pipeline.context(this), HttpResponseStatus.SERVICE_UNAVAILABLE);
	}

	/**
	 * Answers in place of the application, if it has not begun to, and closes the
	 * connection. The application sees a client that has left, as it may at any moment.
	 * Reactor Netty would answer beside it, so that it fails on any thread that is about
	 * to answer, and logs an error.
	 */
	private void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
		if (this.refused) {
			return;
		}
		this.refused = true;
		Object last = Unpooled.EMPTY_BUFFER;
		if (!this.answering && !this.ended) {
			FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
			answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
			answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
			if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
				answer.headers().set(ErrorHeader.NAME, ErrorCode.OVERLOADED.reason());
			}
			last = answer;
		}
		context.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
	}

	/**
	 * Takes a failure of the socket for the end that it is: the channel closes next. For
	 * what is no reset, such as a peer that has not acknowledged in time, Reactor Netty
	 * logs a warning, or an error if it meets a body which is not read yet; a receiver
	 * that has come later fails twice.
	 */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof IOException || AbortedException.isConnectionReset(ex)) {
			logger.debug("The connection has failed: " + context.channel(), ex);
			context.close();
		}
		else {
			context.fireExceptionCaught(ex);
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		if (this.stopped) {
			this.stopped = false;
			context.channel().config().setAutoRead(true);
		}
		resume(context);
	}

}
