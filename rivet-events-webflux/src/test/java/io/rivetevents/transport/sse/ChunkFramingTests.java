/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ChunkFramingTests {

	/** Not for nothing at all: a chunk without bytes would end the body. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 15, 16, 125, 126, 255, 256, 4_095, 4_096, 65_535, 65_536, 70_000, 1_048_576 })
	void writesWhatTheEncoderWrites(int length) {
		byte[] message = new byte[length];
		new Random(length).nextBytes(message);
		assertThat(framed(message)).isEqualTo(encoded(message));
	}

	/** The buffer has no more room than the size that is told. */
	private static byte[] framed(byte[] message) {
		int size = ChunkFraming.CHUNK.size(message);
		ByteBuf out = Unpooled.buffer(size, size);
		ChunkFraming.CHUNK.write(message, out);
		assertThat(out.writableBytes()).isZero();
		return ByteBufUtil.getBytes(out);
	}

	private static byte[] encoded(byte[] message) {
		EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseEncoder());
		HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
		HttpUtil.setTransferEncodingChunked(head, true);
		channel.writeOutbound(head);
		channel.releaseOutbound();
		channel.writeOutbound(new DefaultHttpContent(Unpooled.wrappedBuffer(message)));
		ByteBuf all = Unpooled.buffer();
		for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
			all.writeBytes(part);
			part.release();
		}
		channel.finishAndReleaseAll();
		return ByteBufUtil.getBytes(all);
	}

}
