/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Attacks by clients that begin something and do not end it. The bound is met for each
 * client whose connection the server closes.
 */
final class IdleAttacks {

	private static final String TARGET = "target";

	private static final String BOUND = "HTTP 4xx, or a close by a deadline";

	private static final int CLIENTS = 120;

	private static final int CLIENTS_OF_EACH = 10;

	/** Number of headers of 1,000 characters in each head that waits for its body. */
	private static final int HEADERS = 30;

	private static final int HEADS = 7000;

	private static final int HTTP2_CONNECTIONS = 300;

	/** Less than the limit of streams of a connection. */
	private static final int STREAMS = 99;

	private static final int BATCH = 25;

	private static final int FRAME_HEAD = 9;

	private static final int RST_STREAM = 3;

	/** Maximum time of the server, with a margin for deadlines of 30 s. */
	private static final long DEADLINE = 45_000;

	private IdleAttacks() {
	}

	static List<Attack> all() {
		List<Attack> attacks = new ArrayList<>();
		kinds("idle").forEach((name, kind) -> attacks
			.add(new Attack("idle-" + name, kind.does(), BOUND, (scene) -> idle(scene, List.of(kind), CLIENTS))
				.lasting(DEADLINE)));
		attacks.add(new Attack("idle", "ten clients of each of these kinds", BOUND,
				(scene) -> idle(scene, List.copyOf(kinds(scene.key()).values()), CLIENTS_OF_EACH))
			.lasting(DEADLINE));
		attacks.add(new Attack("idle-frame", "half a frame, then nothing, and pings are not answered", BOUND,
				(scene) -> idle(scene, List.of(halfFrame()), CLIENTS))
			.lasting(80_000));
		attacks.add(new Attack("heads", "heads of 30 KB whose bodies do not come, on 7,000 connections",
				"HTTP 503, or a close", IdleAttacks::heads)
			.lasting(DEADLINE));
		attacks.add(new Attack("streams", "99 heads of HTTP/2 whose bodies do not come, on each of 300 connections",
				"a stream is refused, or a close", IdleAttacks::streams)
			.lasting(DEADLINE)
			.compressed());
		return attacks;
	}

	private static void heads(Scene scene) {
		String headers = Wire.header("X-Large", "x".repeat(1000)).repeat(HEADERS);
		byte[] head = Wire.head("PUT", "/rivet/actors", headers, FRAME_HEAD);
		List<HttpPeer> open = new ArrayList<>();
		while (scene.goesOn()) {
			for (int i = 0; i < BATCH && open.size() < HEADS && scene.goesOn(); i++) {
				HttpPeer peer = scene.http(0);
				if (peer != null && scene.push(peer, head)) {
					open.add(peer);
				}
			}
			open.removeIf((peer) -> {
				if (peer.fill()) {
					return scene.met(peer.answer(0));
				}
				return peer.ending() != null;
			});
		}
	}

	private static void streams(Scene scene) {
		byte[] begin = Wire.join(Wire.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Wire.frame2(4, 0, 0, new byte[0]));
		byte[] head = Wire.headers2(":method", "PUT", ":scheme", "http", ":authority", "localhost", ":path",
				"/rivet/actors", "content-type", "application/json", "content-length", "10");
		List<HttpPeer> open = new ArrayList<>();
		while (scene.goesOn()) {
			HttpPeer peer = (open.size() < HTTP2_CONNECTIONS) ? scene.http(0) : null;
			if (peer != null && scene.push(peer, begin)) {
				open.add(peer);
				for (int i = 0; i < STREAMS && scene.push(peer, Wire.frame2(1, 4, 2 * i + 1, head)); i++) {
					countResets(scene, peer);
				}
			}
			open.removeIf((each) -> countResets(scene, each));
			Scene.pause(1);
		}
	}

	/** Returns whether the connection has ended. */
	private static boolean countResets(Scene scene, HttpPeer peer) {
		while (peer.await(FRAME_HEAD, 0)) {
			int length = peer.peek(0) << 16 | peer.peek(1) << 8 | peer.peek(2);
			if (!peer.await(FRAME_HEAD + length, 0)) {
				return false;
			}
			if (peer.take(FRAME_HEAD + length)[3] == RST_STREAM) {
				scene.met("stream refused");
			}
		}
		if (peer.ending() != null) {
			scene.met("connection " + peer.ending());
			return true;
		}
		return false;
	}

	/**
	 * A kind of unfinished input.
	 *
	 * @param does description
	 * @param begin data that is sent at once
	 * @param more data that is sent each second afterwards
	 * @param encoding encoding of a WebSocket that is opened first, empty for none
	 */
	private record Kind(String does, byte[] begin, byte[] more, String encoding) {

		Kind(String does, byte[] begin, byte[] more) {
			this(does, begin, more, "");
		}

	}

	private static Map<String, Kind> kinds(String key) {
		byte[] none = new byte[0];
		byte[] space = Wire.ascii(" ");
		byte[] action = Wire.join(Wire.head("POST", Wire.path(TARGET, key, "action/echo"), "", 60_000),
				Wire.ascii("{"));
		byte[] stream = Wire.join(Wire.head("POST", Wire.path(TARGET, key, "sse"), "", 60_000), Wire.ascii("{"));
		byte[] create = Wire.join(Wire.head("PUT", "/rivet/actors", "", 60_000), Wire.ascii("{"));
		byte[] handshake = WebSocketPeer.handshake(Wire.path(TARGET, key, "connect"), "json", "");
		byte[] half = Arrays.copyOf(handshake, handshake.length / 2);
		Map<String, Kind> kinds = new LinkedHashMap<>();
		kinds.put("silent", new Kind("TCP connections on which nothing is sent", none, none));
		kinds.put("line", new Kind("half a request line, a character each second", Wire.ascii("GET /rivet/health"),
				Wire.ascii("x")));
		kinds.put("handshake", new Kind("half a handshake", half, none));
		kinds.put("header", new Kind("headers, a character each second", half, Wire.ascii("x")));
		kinds.put("body-action", new Kind("half a body of an action", action, none));
		kinds.put("body-stream", new Kind("half a body that opens a stream", stream, none));
		kinds.put("body-actors", new Kind("half a body that creates an instance", create, none));
		kinds.put("trickle-action", new Kind("a body of an action, a byte each second", action, space));
		kinds.put("trickle-actors", new Kind("a body that creates an instance, a byte each second", create, space));
		kinds.put("hello", new Kind("WebSockets in the extended mode without Hello", none, none, "+json"));
		return kinds;
	}

	private static Kind halfFrame() {
		return new Kind("half a frame", Wire.frame(0x81, 100, new byte[40]), new byte[0], "json");
	}

	private static void idle(Scene scene, List<Kind> kinds, int clients) {
		Map<HttpPeer, Kind> open = new LinkedHashMap<>();
		for (Kind kind : kinds) {
			for (int i = 0; i < clients && scene.goesOn(); i++) {
				HttpPeer peer = open(scene, kind);
				if (peer != null && peer.write(kind.begin(), Scene.PATIENCE)) {
					open.put(peer, kind);
				}
			}
		}
		int begun = open.size();
		while (scene.hasTime() && !open.isEmpty()) {
			Scene.pause(1000);
			open.entrySet().removeIf((entry) -> hasEnded(scene, entry.getKey(), entry.getValue()));
		}
		if (!open.isEmpty()) {
			scene.note(open.size() + " of " + begun + " are still open");
		}
	}

	private static @Nullable HttpPeer open(Scene scene, Kind kind) {
		return kind.encoding().isEmpty() ? scene.http(0) : scene.connect(TARGET, scene.key("idle"), kind.encoding(), 0);
	}

	private static boolean hasEnded(Scene scene, HttpPeer peer, Kind kind) {
		if (peer instanceof WebSocketPeer socket) {
			return scene.countFrames(socket);
		}
		boolean answer = peer.fill();
		if (answer) {
			String text = peer.takeText();
			scene.met(text.substring(0, Math.min(12, text.length())).replaceFirst("HTTP/1.[01]", "HTTP"));
			return true;
		}
		if (peer.ending() != null || !peer.write(kind.more(), 100)) {
			scene.met("connection " + ((peer.ending() != null) ? peer.ending() : "stalled"));
			return true;
		}
		return false;
	}

}
