/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.net.InetAddress;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.LinkTask;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.TransportSession;

/**
 * One socket, from its handshake to its end. All fields are used only on the event loop
 * of the socket.
 */
final class WebSocketLink implements Socket.Listener, TransportSession {

	private static final Log logger = LogFactory.getLog(WebSocketLink.class);

	private final ActorWebSocketHandler owner;

	private final @Nullable Encoding encoding;

	private final Socket socket;

	private final ClientLink link;

	private final @Nullable InetAddress address;

	private boolean heard = true;

	/**
	 * Creates a connection.
	 * @param socket the open socket
	 * @param encoding encoding of the messages, {@code null} if the server does not
	 * support the requested one
	 * @param opening the client's request
	 * @param owner services that all sockets share
	 */
	WebSocketLink(Socket socket, @Nullable Encoding encoding, PendingHandshake opening, ActorWebSocketHandler owner) {
		this.socket = socket;
		this.encoding = encoding;
		this.owner = owner;
		this.address = opening.request().clientAddress();
		this.link = new ClientLink(opening, socket.queue(), owner.links(), owner.settings().link(), socket.eventLoop(),
				this);
	}

	/**
	 * Runs the connection.
	 * @return completes when the socket ends
	 */
	Mono<Void> run() {
		return Mono.defer(() -> {
			// WebFlux does not report the end in all cases
			this.socket.closeFuture().addListener((closed) -> onEnd());
			new LinkTask(this.socket.queue(), this::start).run();
			return this.socket.run(this);
		}).onErrorResume((ex) -> {
			logger.debug("The WebSocket of connection %s ended with an error".formatted(this.link.connectionId()), ex);
			return Mono.empty();
		}).doFinally((signal) -> onEnd());
	}

	private void start() {
		if (this.encoding == null) {
			this.link.start(CloseReason.unsupportedEncoding());
		}
		else {
			this.link.start();
		}
	}

	@Override
	public void onSignOfLife() {
		this.heard = true;
	}

	@Override
	public @Nullable InetAddress address() {
		return this.address;
	}

	@Override
	public boolean takes(int size) {
		if (this.encoding == null || this.socket.queue().closeReason() != null) {
			return false;
		}
		if (size > this.owner.settings().link().maxIncomingSize()) {
			this.owner.links().limits().hits().add(Limit.MESSAGE_SIZE);
			refuse(CloseReason.of(ErrorCode.INCOMING_TOO_LONG));
			return false;
		}
		return true;
	}

	@Override
	public void onMessage(byte[] message, boolean text) {
		Encoding encoding = Objects.requireNonNull(this.encoding);
		try {
			if (text && !encoding.isText() && !FrameReader.isUtf8(message, 0)) {
				refuse(CloseReason.invalidText());
				return;
			}
			this.link.receive(encoding.codec().decode(message), message.length);
		}
		catch (RivetException ex) {
			onUnreadable(message, text, ex);
		}
		catch (Throwable ex) {
			LinkTask.end(this.socket.queue(), ex);
		}
	}

	/**
	 * Checks for UTF-8 only here, because the codecs of text encodings reject all other
	 * bytes.
	 */
	private void onUnreadable(byte[] message, boolean text, RivetException ex) {
		if (text && !FrameReader.isUtf8(message, 0)) {
			refuse(CloseReason.invalidText());
		}
		else {
			this.link.refuseMessage(ex);
		}
	}

	@Override
	public void refuse(CloseReason reason) {
		this.socket.queue().close(reason);
	}

	@Override
	public void checkAlive() {
		if (!this.heard) {
			this.socket.queue().close(CloseReason.of(ErrorCode.CONNECTION_TIMED_OUT));
			return;
		}
		this.heard = false;
		this.socket.ping();
	}

	@Override
	public void cut() {
		this.socket.cut();
	}

	private void onEnd() {
		this.link.execute(this.link::end);
	}

}
