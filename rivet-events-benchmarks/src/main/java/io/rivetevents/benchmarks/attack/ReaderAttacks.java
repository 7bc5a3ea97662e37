/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * Attacks by clients that request much data and do not read it, and attacks on the data
 * that the server keeps for clients.
 */
final class ReaderAttacks {

	private static final String TARGET = "target";

	private static final int LARGE = 60_000;

	private static final int MEGABYTE = 1 << 20;

	private static final int ANSWERS = 8;

	private static final Pattern EPOCH = Pattern.compile("\"epoch\":\"([^\"]+)\"");

	private static final Pattern STREAM = Pattern.compile("\"stream\":\"([^\"]+)\",\"secret\":\"([^\"]+)\"");

	private static final String CUT = "connection.slow_consumer, another close, or an error";

	private ReaderAttacks() {
	}

	static List<Attack> all() {
		return List.of(
				new Attack("answers", "4 answers of 1 MB for each of 150 clients, unread", CUT,
						(scene) -> asked(scene, 150, 4, "big", "[990000]")),
				new Attack("answers-small", "40,000 answers of one character for each client, unread", CUT,
						(scene) -> asked(scene, 100, 40_000, "echo", "[\"x\"]")),
				new Attack("errors", "20,000 unknown actions of each client, the errors unread", CUT,
						(scene) -> asked(scene, 100, 20_000, "unknown", "[]")),
				new Attack("events", "3.6 MB of events for each of 150 clients alone, unread", CUT,
						(scene) -> asked(scene, 150, 1, "pour", "[60,60000]")),
				new Attack("answers-http", "8 HTTP answers of 1 MB for each of 100 connections, unread",
						"HTTP 4xx or 5xx, or the answer is cut short", ReaderAttacks::overHttp)
					.lasting(60_000),
				new Attack("broadcast", "broadcasts of 60 KB to 100 clients that do not read", CUT,
						ReaderAttacks::broadcast),
				new Attack("broadcast-sse", "broadcasts of 60 KB to 100 event streams that are not read",
						"the stream is closed", ReaderAttacks::broadcastToStreams),
				new Attack("events-long", "events of 1.2 MB, with other clients in the room", "an error for the sender",
						ReaderAttacks::longEvents),
				new Attack("subscriptions", "1,000 subscriptions with names of 990 characters of each of 300 clients",
						"an error or a close",
						(scene) -> subscriptions(scene, "json",
								(number) -> Wire.subscribe((number + "-" + "n".repeat(990)).substring(0, 990), ""))),
				new Attack("subscriptions-tags",
						"1,000 subscriptions with 30 tags of 30 characters of each of 300 clients",
						"an error or a close", (scene) -> subscriptions(scene, "+json", ReaderAttacks::tagged)),
				new Attack("subscriptions-one", "1,000 subscriptions with 900 tags each of one client",
						"another client's subscription is accepted", ReaderAttacks::subscriptionsOfOne),
				new Attack("history", "1 MB of history in each of many instances",
						"an error, a close, or events that are no longer kept", ReaderAttacks::history),
				new Attack("resume",
						"event streams that resume from the first of 1 MB of events, and more of them, unread",
						"the stream is refused or closed", ReaderAttacks::resume)
					.lasting(60_000));
	}

	private static void asked(Scene scene, int clients, int times, String action, String args) {
		int each = Math.max(scene.amount(times, times / 4), 1);
		byte[] call = Wire.text(Wire.call(1, action, args));
		int batch = Math.min(each, 1000);
		byte[] calls = Wire.repeat(call, batch);
		scene.unread(scene.amount(clients, 20), () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), "json", Peer.TINY);
			boolean open = peer != null;
			for (int i = 0; open && peer != null && i < each && scene.goesOn(); i += batch) {
				open = scene.push(peer, calls);
			}
			return open ? peer : null;
		});
	}

	private static void overHttp(Scene scene) {
		while (scene.goesOn()) {
			// the first answers fit into the buffers of the system
			byte[] calls = Wire.repeat(Wire.action(TARGET, scene.key(Scene.unique()), "big", "[990000]"), ANSWERS);
			List<HttpPeer> waiting = new ArrayList<>();
			for (int i = 0; i < scene.amount(100, 40) && scene.goesOn(); i++) {
				HttpPeer peer = scene.http(Peer.TINY);
				if (peer != null && scene.push(peer, calls)) {
					waiting.add(peer);
				}
			}
			Scene.pause(Math.min(scene.amount(6000, 500), scene.left()));
			for (HttpPeer peer : waiting) {
				peer.hasten();
				if (scene.hasTime() && !isRefusedOne(scene, peer)) {
					scene.note("unread answers were kept");
				}
				scene.close(peer);
			}
		}
	}

	private static boolean isRefusedOne(Scene scene, HttpPeer peer) {
		for (int i = 0; i < ANSWERS; i++) {
			if (scene.met(peer.answer(500))) {
				return true;
			}
		}
		return false;
	}

	private static void broadcast(Scene scene) {
		while (scene.goesOn()) {
			String key = scene.key(Scene.unique());
			List<WebSocketPeer> readers = new ArrayList<>();
			for (int i = 0; i < scene.amount(100, 20) && scene.goesOn(); i++) {
				WebSocketPeer peer = scene.connect(TARGET, key, "json", Peer.TINY);
				if (peer != null && scene.push(peer, Wire.text(Wire.subscribe("msg", "")))) {
					readers.add(peer);
				}
			}
			speak(scene, key);
			for (WebSocketPeer peer : readers) {
				peer.hasten();
				if (!scene.hasTime() || !scene.countFrames(peer, 500)) {
					scene.note("unread events were kept");
				}
				scene.close(peer);
			}
		}
	}

	private static void broadcastToStreams(Scene scene) {
		while (scene.goesOn()) {
			String key = scene.key(Scene.unique());
			List<StreamPeer> readers = new ArrayList<>();
			for (int i = 0; i < scene.amount(100, 20) && scene.goesOn(); i++) {
				StreamPeer peer = scene.stream(Peer.TINY);
				if (peer != null && peer.open(Wire.path(TARGET, key, "sse") + "&event=msg", Scene.PATIENCE)) {
					readers.add(peer);
				}
			}
			speak(scene, key);
			readers.forEach((peer) -> countClosed(scene, peer));
		}
	}

	private static void speak(Scene scene, String key) {
		WebSocketPeer speaker = scene.connect(TARGET, key, "json", 0);
		byte[] say = Wire.text(Wire.call(1, "say", "[\"" + "s".repeat(LARGE) + "\"]"));
		for (int i = 0; speaker != null && i < 150 && scene.goesOn(); i++) {
			scene.push(speaker, say);
			Frame frame = speaker.next(Scene.PATIENCE);
			if (frame == null || scene.met(frame)) {
				return;
			}
		}
	}

	private static void longEvents(Scene scene) throws InterruptedException {
		scene.bystander(TARGET, scene.key()).awaitCalls(2, Scene.PATIENCE);
		byte[] shout = Wire.text(Wire.call(1, "shout", "[\"" + "s".repeat(LARGE) + "\",20]"));
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
			boolean open = peer != null;
			while (open && peer != null && scene.goesOn()) {
				open = scene.push(peer, shout);
				Frame frame = peer.next(Scene.PATIENCE);
				open &= frame != null && !scene.met(frame);
				if (frame != null && frame.text().contains("ActionResponse")) {
					scene.note("an event over the limit was sent");
				}
				Scene.pause(20);
			}
		}
	}

	private static void subscriptions(Scene scene, String encoding, Subscription subscription) throws Exception {
		byte[][] all = new byte[1000][];
		for (int i = 0; i < all.length; i++) {
			all[i] = Wire.text(subscription.of(i));
		}
		byte[] hello = encoding.startsWith("+") ? Wire.text(Wire.hello("")) : new byte[0];
		scene.inParallel(4, (thread) -> scene.crowd(75, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(thread), encoding, 0);
			boolean open = peer != null && scene.push(peer, hello);
			for (int i = 0; open && peer != null && i < all.length && scene.goesOn(); i++) {
				open = scene.push(peer, all[i]);
				if (open && i % 50 == 0) {
					countRefused(scene, peer);
					Scene.pause(5);
				}
			}
			if (open && peer != null) {
				countRefused(scene, peer);
			}
			return open ? peer : null;
		}));
	}

	private static void subscriptionsOfOne(Scene scene) {
		WebSocketPeer peer = scene.connect(TARGET, scene.key(), "+json", 0);
		boolean open = peer != null && scene.push(peer, Wire.text(Wire.hello("")));
		StringBuilder tags = new StringBuilder("\"0\"");
		for (int i = 1; i < 900; i++) {
			tags.append(",\"").append((char) (0x100 + i)).append('"');
		}
		for (int i = 0; open && peer != null && i < scene.amount(1000, 300) && scene.goesOn(); i++) {
			open = scene.push(peer, Wire.text(Wire.subscribe("e" + i, ",\"tags\":[" + tags + "]")));
			peer.await("SubscriptionResponse", 20);
		}
		while (scene.goesOn()) {
			WebSocketPeer other = scene.connect(TARGET, scene.key("other"), "+json", 0);
			if (other != null
					&& scene.push(other, Wire.text(Wire.hello("\"subscriptions\":[{\"eventName\":\"msg\"}]")))) {
				Frame frame = other.await("\"Init\"", Scene.PATIENCE);
				if (frame != null && !frame.last() && !frame.text().contains("too_many")) {
					scene.met("subscription accepted");
				}
				scene.close(other);
			}
		}
	}

	/** In the extended mode a rejection is a response with an error. */
	private static void countRefused(Scene scene, WebSocketPeer peer) {
		Frame frame = peer.next(0);
		while (frame != null && !frame.last()) {
			if (frame.text().contains("\"error\":") || frame.error()) {
				scene.met("subscription refused");
			}
			frame = peer.next(0);
		}
	}

	private static String tagged(int number) {
		StringBuilder tags = new StringBuilder();
		for (int i = 0; i < 30; i++) {
			String tag = (number + "-" + i + "-" + "t".repeat(30)).substring(0, 30);
			tags.append((i > 0) ? "," : "").append('"').append(tag).append('"');
		}
		return Wire.subscribe("e" + number, ",\"tags\":[" + tags + "]");
	}

	// Data that is kept for clients that reconnect

	private static void history(Scene scene) {
		int back = scene.amount(200, 15);
		List<Past> pasts = new ArrayList<>();
		while (scene.goesOn()) {
			Past past = fill(scene, scene.key(Scene.unique()));
			if (past == null) {
				continue;
			}
			pasts.add(past);
			int oldest = pasts.size() - 1 - back;
			if (oldest >= 0) {
				comeBack(scene, pasts.get(oldest));
			}
		}
	}

	/**
	 * An instance with a history.
	 *
	 * @param key its key
	 * @param epoch its epoch
	 * @param resume fields by which a client resumes from the first event
	 */
	private record Past(String key, String epoch, String resume) {
	}

	private static @Nullable Past fill(Scene scene, String key) {
		WebSocketPeer peer = scene.connect(TARGET, key, "+json", 0);
		if (peer == null || !scene.push(peer, Wire.text(Wire.hello("\"subscriptions\":[{\"eventName\":\"msg\"}]")))) {
			return null;
		}
		Frame init = peer.next(Scene.PATIENCE);
		if (init == null || scene.met(init)) {
			return null;
		}
		Matcher epoch = EPOCH.matcher(init.text());
		Matcher stream = STREAM.matcher(init.text());
		if (!epoch.find() || !stream.find()) {
			return null;
		}
		byte[] say = Wire.text(Wire.extendedCall(1, "say", "[\"" + "s".repeat(LARGE) + "\"]", ""));
		for (int i = 0; i < 16; i++) {
			scene.push(peer, say);
			Frame frame = peer.await("ActionResponse", Scene.PATIENCE);
			if (frame == null || scene.met(frame)) {
				return null;
			}
		}
		return new Past(key, epoch.group(1),
				"\"resume\":{\"epoch\":\"%s\",\"position\":1,\"stream\":\"%s\",\"secret\":\"%s\"}"
					.formatted(epoch.group(1), stream.group(1), stream.group(2)));
	}

	private static void comeBack(Scene scene, Past past) {
		WebSocketPeer peer = scene.connect(TARGET, past.key(), "+json", 0);
		if (peer == null || !scene.push(peer, Wire.text(Wire.hello(past.resume())))) {
			return;
		}
		Frame init = peer.next(Scene.PATIENCE);
		if (init != null && !scene.met(init) && init.text().contains("\"resynced\"")) {
			scene.met("history exceeded");
		}
		scene.close(peer);
	}

	private static void resume(Scene scene) {
		Past past = null;
		while (past == null && scene.goesOn()) {
			past = fill(scene, scene.key());
		}
		while (past != null && scene.goesOn()) {
			List<StreamPeer> readers = new ArrayList<>();
			for (int i = 0; i < scene.amount(100, 20) && scene.goesOn(); i++) {
				StreamPeer peer = scene.stream(Peer.TINY);
				if (peer != null && scene.push(peer, Wire
					.get(Wire.path(TARGET, past.key(), "sse") + "&event=msg&last-event-id=" + past.epoch() + "-1"))) {
					readers.add(peer);
				}
			}
			speak(scene, past.key());
			readers.forEach((peer) -> countClosed(scene, peer));
			past = fill(scene, scene.key(Scene.unique()));
		}
	}

	private static void countClosed(Scene scene, StreamPeer peer) {
		if (scene.hasTime() && peer.drain(300, 12 * MEGABYTE)) {
			scene.met("stream closed");
		}
		else {
			scene.note("unread events were kept");
		}
		scene.close(peer);
	}

	private interface Subscription {

		String of(int number);

	}

}
