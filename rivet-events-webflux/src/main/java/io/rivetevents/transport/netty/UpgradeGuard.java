/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Checks requests to change from HTTP/1.1 to HTTP/2 before the handler that does this. A
 * request with unreadable settings remains an HTTP/1.1 request. Netty does the same but
 * logs a stack trace. A connection that has changed is guarded from its first frame.
 */
final class UpgradeGuard extends ChannelInboundHandlerAdapter {

	static final String NAME = "rivet.upgrade";

	private static final int SETTING_BYTES = 6;

	private final GuardedConnection connection;

	UpgradeGuard(GuardedConnection connection) {
		this.connection = connection;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest request && request.headers().contains(HttpHeaderNames.UPGRADE)
				&& !canBeRead(request.headers())) {
			request.headers().remove(Http2CodecUtil.HTTP_UPGRADE_SETTINGS_HEADER);
			List<String> others = request.headers()
				.getAll(HttpHeaderNames.UPGRADE)
				.stream()
				.filter((protocol) -> !protocol.contains(Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME))
				.toList();
			request.headers().set(HttpHeaderNames.UPGRADE, others);
		}
		context.fireChannelRead(message);
		this.connection.watchStreams(context.pipeline());
	}

	private static boolean canBeRead(HttpHeaders headers) {
		List<String> settings = headers.getAll(Http2CodecUtil.HTTP_UPGRADE_SETTINGS_HEADER);
		try {
			ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(String.join(",", settings)));
			Http2Settings read = new Http2Settings();
			while (bytes.remaining() >= SETTING_BYTES) {
				read.put((char) bytes.getShort(), Long.valueOf(bytes.getInt() & 0xffffffffL));
			}
			return settings.size() == 1 && !bytes.hasRemaining();
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
