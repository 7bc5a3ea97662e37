/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JoinedFramesTests {

	@Test
	void readsWhatItHasWritten() {
		List<byte[]> frames = Stream.of(1, 127, 128, 20_000).map(JoinedFramesTests::frame).toList();
		byte[] message = join(frames);
		assertThat(frames(message, 0)).containsExactlyElementsOf(frames);
		byte[] later = new byte[message.length + 5];
		System.arraycopy(message, 0, later, 5, message.length);
		assertThat(frames(later, 5)).containsExactlyElementsOf(frames);
	}

	@Test
	void writesASingleFrameAsItIs() {
		byte[] frame = frame(200);
		assertThat(join(List.of(frame))).isSameAs(frame);
		assertThat(frames(frame, 0)).containsExactly(frame);
	}

	@Test
	void takesNoMoreThanFits() {
		JoinedFrames joined = new JoinedFrames();
		byte[] frame = frame(1000);
		int count = 0;
		while (joined.add(frame)) {
			count++;
		}
		assertThat(count).isEqualTo(JoinedFrames.MAX_BYTES / 1003);
		assertThat(joined.toBytes()).hasSizeLessThanOrEqualTo(JoinedFrames.MAX_BYTES);
		assertThat(new JoinedFrames().add(frame(JoinedFrames.MAX_BYTES))).isFalse();
	}

	@Test
	void rejectsWrongLengths() {
		byte[] message = join(List.of(frame(200), frame(300)));
		for (int length = 2; length < message.length; length++) {
			byte[] cut = Arrays.copyOf(message, length);
			if (length != 203) { // the first frame
				assertThatIllegalArgumentException().isThrownBy(() -> JoinedFrames.read(cut, 0));
			}
		}
		byte[] endless = new byte[20];
		Arrays.fill(endless, (byte) 0xff);
		assertThatIllegalArgumentException().isThrownBy(() -> JoinedFrames.read(endless, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> JoinedFrames.read(new byte[] { (byte) 0xff, 0, 0 }, 0));
	}

	private static byte[] join(List<byte[]> frames) {
		JoinedFrames joined = new JoinedFrames();
		frames.forEach((frame) -> assertThat(joined.add(frame)).isTrue());
		return joined.toBytes();
	}

	private static List<byte[]> frames(byte[] message, int start) {
		return JoinedFrames.read(message, start)
			.stream()
			.map((range) -> Arrays.copyOfRange(message, range.start(), range.end()))
			.toList();
	}

	private static byte[] frame(int length) {
		byte[] frame = new byte[length];
		Arrays.fill(frame, (byte) 7);
		return frame;
	}

}
