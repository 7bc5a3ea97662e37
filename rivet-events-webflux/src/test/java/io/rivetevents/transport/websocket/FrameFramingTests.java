/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class FrameFramingTests {

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 15, 16, 125, 126, 127, 255, 256, 65_535, 65_536, 70_000 })
	void writesWhatTheEncoderWrites(int length) {
		byte[] message = message(length);
		assertThat(framed(FrameFraming.TEXT, message))
			.isEqualTo(encoded(new TextWebSocketFrame(Unpooled.wrappedBuffer(message))));
		assertThat(framed(FrameFraming.BINARY, message))
			.isEqualTo(encoded(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message))));
	}

	/** The buffer has no more room than the size that is told. */
	private static byte[] framed(FrameFraming framing, byte[] message) {
		int size = framing.size(message);
		ByteBuf out = Unpooled.buffer(size, size);
		framing.write(message, out);
		assertThat(out.writableBytes()).isZero();
		return ByteBufUtil.getBytes(out);
	}

	private static byte[] encoded(WebSocketFrame frame) {
		EmbeddedChannel channel = new EmbeddedChannel(new WebSocket13FrameEncoder(false));
		channel.writeOutbound(frame);
		ByteBuf all = Unpooled.buffer();
		for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
			all.writeBytes(part);
			part.release();
		}
		channel.finishAndReleaseAll();
		return ByteBufUtil.getBytes(all);
	}

	private static byte[] message(int length) {
		byte[] message = new byte[length];
		new Random(length).nextBytes(message);
		return message;
	}

}
