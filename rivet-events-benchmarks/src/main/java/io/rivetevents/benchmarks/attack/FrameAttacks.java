/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;

import org.jspecify.annotations.Nullable;

import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * Attacks with frames.
 */
final class FrameAttacks {

	private static final String TARGET = "target";

	private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

	private static final int MEGABYTE = 1 << 20;

	private static final int FRAME = 1_000_000;

	private static final int PINGS = 64_000;

	private static final int PING = 125;

	/** End of a flush, which is omitted at the end of a message. */
	private static final int FLUSHED = 4;

	private static final String CLOSED = "a close";

	private FrameAttacks() {
	}

	static List<Attack> all() {
		return List.of(
				new Attack("deflate", "a frame of 300 KB that inflates to 300 MB", "close 1009 at once",
						FrameAttacks::deflate)
					.compressed(),
				new Attack("deflate-fragments", "compressed fragments of 1 KB that inflate to 1 MB and never end",
						CLOSED, FrameAttacks::deflateFragments)
					.compressed(),
				new Attack("pings-compressed", "pings whose pongs are unread, on connections that compress",
						"a close, no more reading, or pongs that are left out", (scene) -> pings(scene, DEFLATE))
					.compressed(),
				new Attack("fragments", "messages of 1 MB that do not end, on 700 connections", CLOSED,
						(scene) -> scene.crowd(700, () -> opened(scene, Wire.unfinished(Wire.TEXT, new byte[FRAME])))),
				new Attack("fragments-empty", "fragments of no bytes that never end", CLOSED,
						FrameAttacks::emptyFragments),
				new Attack("fragments-small", "fragments of one byte that never end", CLOSED,
						FrameAttacks::smallFragments),
				new Attack("frames-unfinished", "900 KB of frames of 1 MB, on 700 connections", CLOSED,
						(scene) -> scene.crowd(700, () -> opened(scene, Wire.frame(0x81, FRAME, new byte[900_000])))),
				new Attack("pings", "pings of 125 bytes whose pongs are unread",
						"a close, no more reading, or pongs that are left out", (scene) -> pings(scene, "")),
				new Attack("hello-params", "connections whose params are 60 KB of small objects",
						"an error, a close, or a refused connection", FrameAttacks::helloParams),
				new Attack("hello-snapshot", "600 connections that ask for a snapshot with 60 KB of small objects",
						"each of the last 300 is accepted, an error, or a close", FrameAttacks::helloSnapshot),
				new Attack("hello-late", "40 first messages of 60 KB that end after their refusal",
						"another client's call of 60 KB is answered", FrameAttacks::helloLate));
	}

	private static @Nullable WebSocketPeer opened(Scene scene, byte[] data) {
		WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
		return (peer != null && scene.push(peer, data)) ? peer : null;
	}

	private static void deflate(Scene scene) throws Exception {
		byte[] data = deflated(scene.amount(300, 100));
		byte[] bomb = Wire.deflated(Wire.TEXT, true, Arrays.copyOf(data, data.length - FLUSHED));
		scene.inParallel(4, (thread) -> {
			while (scene.goesOn()) {
				WebSocketPeer peer = scene.connect(TARGET, scene.key(thread), "json", DEFLATE, 0);
				if (peer == null || !scene.push(peer, bomb)) {
					continue;
				}
				Frame frame = peer.next(Scene.PATIENCE);
				while (frame != null && !frame.last()) {
					frame = peer.next(Scene.PATIENCE);
				}
				scene.met(frame);
				scene.close(peer);
			}
		});
	}

	private static void deflateFragments(Scene scene) {
		byte[] megabyte = deflated(1);
		byte[] first = Wire.deflated(Wire.TEXT, false, megabyte);
		byte[] more = Wire.deflated(0, false, megabyte);
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", DEFLATE, 0);
			boolean open = peer != null && scene.push(peer, first);
			for (int i = 0; open && peer != null && i < 1000 && scene.goesOn(); i++) {
				open = !scene.countFrames(peer, 1) && scene.push(peer, more);
			}
		}
	}

	/** Returns compressed zeros; each megabyte is compressed separately. */
	private static byte[] deflated(int megabytes) {
		Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		byte[] buffer = new byte[64 * 1024];
		for (int i = 0; i < megabytes; i++) {
			deflater.setInput(new byte[MEGABYTE]);
			int count = buffer.length;
			while (count == buffer.length || !deflater.needsInput()) {
				count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
				out.write(buffer, 0, count);
			}
		}
		deflater.end();
		return out.toByteArray();
	}

	private static void emptyFragments(Scene scene) throws Exception {
		endless(scene, new byte[0], 2000);
	}

	private static void smallFragments(Scene scene) throws Exception {
		endless(scene, new byte[] { ' ' }, 2000);
	}

	private static void endless(Scene scene, byte[] fragment, int times) throws Exception {
		byte[] first = Wire.unfinished(Wire.TEXT, new byte[] { ' ' });
		byte[] more = Wire.repeat(Wire.unfinished(0, fragment), times);
		scene.inParallel(2, (thread) -> {
			while (scene.goesOn()) {
				WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
				boolean open = peer != null && scene.push(peer, first);
				for (int i = 0; open && peer != null && i < 5000 && scene.goesOn(); i++) {
					open = !scene.countFrames(peer) && scene.push(peer, more);
				}
			}
		});
	}

	private static void pings(Scene scene, String headers) throws Exception {
		byte[] pings = Wire.repeat(Wire.frame(Wire.PING, new byte[PING]), 1000);
		scene.inParallel(4, (thread) -> pings(scene, headers, pings));
	}

	private static void pings(Scene scene, String headers, byte[] pings) {
		Deque<WebSocketPeer> open = new ArrayDeque<>();
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", headers, Peer.TINY);
			boolean writable = peer != null;
			for (int i = 0; writable && peer != null && i < PINGS / 1000; i++) {
				writable = scene.push(peer, pings);
			}
			if (writable && peer != null) {
				open.add(peer);
			}
			if (open.size() > scene.amount(10, 1)) {
				countPongs(scene, open.remove());
			}
		}
	}

	private static void countPongs(Scene scene, WebSocketPeer peer) {
		boolean ended = peer.drain(300, PINGS * PING);
		if (ended) {
			scene.met("connection closed");
		}
		else if (peer.received() < PINGS * PING / 2) {
			scene.met("pongs left out");
		}
		else {
			scene.note("all pongs were kept");
		}
		scene.close(peer);
	}

	private static void helloSnapshot(Scene scene) {
		byte[] hello = Wire.text(Wire.hello("\"snapshot\":{\"name\":\"x\",\"args\":" + Wire.manyNodes(60_000) + "}"));
		AtomicInteger open = new AtomicInteger();
		scene.crowd(600, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "+json", 0);
			if (peer == null || !scene.push(peer, hello)) {
				return null;
			}
			Frame frame = peer.next(Scene.PATIENCE);
			if (scene.met(frame)) {
				return null;
			}
			if (frame != null && frame.text().contains("\"Init\"") && open.incrementAndGet() > 300) {
				scene.met("accepted");
			}
			return peer;
		});
	}

	private static void helloLate(Scene scene) {
		byte[] hello = Wire.text(Wire.hello("\"params\":" + Wire.manyNodes(60_000)));
		List<WebSocketPeer> late = new ArrayList<>();
		for (int i = 0; i < scene.amount(40, 10) && scene.goesOn(); i++) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "+json", 0);
			if (peer != null && scene.push(peer, Arrays.copyOf(hello, 100))) {
				late.add(peer);
			}
		}
		for (WebSocketPeer peer : late) {
			Frame frame = peer.next(scene.left());
			while (frame != null && !frame.last()) {
				frame = peer.next(scene.left());
			}
			peer.write(Arrays.copyOfRange(hello, 100, hello.length), Scene.PATIENCE);
		}
		byte[] call = Wire.action(TARGET, scene.key("late"), "value", Wire.manyNodes(60_000));
		HttpPeer caller = scene.http(0);
		while (scene.goesOn() && caller != null && scene.push(caller, call)) {
			HttpPeer.Answer answer = caller.answer(Scene.PATIENCE);
			if (answer == null || answer.refused()) {
				scene.note("a call was rejected because of the memory of other clients");
				Scene.pause(100);
			}
			else {
				scene.met("call answered");
			}
		}
	}

	private static void helloParams(Scene scene) {
		byte[] hello = Wire.text(Wire.hello("\"params\":{\"x\":" + Wire.manyNodes(60_000) + "}"));
		scene.crowd(600, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "+json", 0);
			return (peer != null && scene.push(peer, hello)) ? peer : null;
		});
	}

}
