/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.rivetevents.benchmarks.attack.HttpPeer.Answer;
import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * Attacks over HTTP, with instances, and with the number of connections.
 */
final class StateAttacks {

	private static final String TARGET = "target";

	private static final String KEEPER = "keeper";

	private static final String REFUSED = "HTTP 4xx or 5xx, or a close";

	private static final int MEGABYTE = 1 << 20;

	private static final int SENDERS = 5;

	private static final int LISTED = 256 * 1024;

	/** Number of empty objects of an input that is just below the limit as JSON. */
	private static final int NODES = 21_000;

	private static final int HONEST = 120;

	/** More than the time after which an unused instance sleeps, in milliseconds. */
	private static final long ASLEEP = 36_000;

	private StateAttacks() {
	}

	static List<Attack> all() {
		return List
			.of(new Attack("pipeline", "requests behind an event stream", "a close, or no more reading",
					(scene) -> pipeline(scene, () -> Wire.get(Wire.path(TARGET, scene.key(), "sse")))),
					new Attack("pipeline-call", "requests behind a call that takes 30 s", "a close, or no more reading",
							(scene) -> pipeline(scene, () -> Wire.action(TARGET, scene.key(), "later", "[30000]")))
						.lasting(60_000),
					new Attack("pipeline-body", "requests behind a body that does not end",
							"a close, or no more reading",
							(scene) -> pipeline(scene,
									() -> Wire.join(Wire.head("POST", Wire.path(TARGET, scene.key(), "action/echo"), "",
											1L << 40), Wire.ascii("{")))),
					new Attack("headers", "headers that do not end", REFUSED, StateAttacks::headers),
					new Attack("bodies", "bodies of 8 MB that do not end, 7 MB of each sent",
							REFUSED + ", or no more reading", StateAttacks::bodies),
					new Attack("bodies-action", "bodies of an action that do not end, in chunks",
							REFUSED + ", or no more reading", StateAttacks::chunkedBodies),
					new Attack("streams-cut", "event streams cut up to 12 ms after the request",
							"no connection is left behind", StateAttacks::cutStreams),
					new Attack("reconnect", "WebSockets opened and closed as fast as possible",
							"no connection is left behind", StateAttacks::reconnect),
					new Attack("connections", "8,000 WebSockets from eight addresses",
							"a refused connection or handshake", StateAttacks::connections)
						.lasting(60_000));
	}

	/**
	 * Attacks whose instances remain in the memory store; they are run last.
	 */
	static List<Attack> filling() {
		return List.of(
				new Attack("inputs", "instances with inputs of 4 MB", REFUSED,
						(scene) -> inputs(scene, Wire.input(3_900_000))),
				new Attack("inputs-small", "instances with inputs of 45 KB", REFUSED,
						(scene) -> inputs(scene, Wire.input(45_000))),
				new Attack("inputs-nodes", "instances with inputs of 21,000 empty objects", REFUSED,
						(scene) -> inputs(scene, Wire.inputOfNodes(NODES))),
				new Attack("instances", "instances with keys of 900 characters", REFUSED, StateAttacks::instances),
				new Attack("list", "unread lists of 20,000 instances", "HTTP 403, or an answer of at most 256 KB",
						StateAttacks::list),
				new Attack("store-full-wake", "a store full of new instances while others sleep",
						"an instance that sleeps answers a call", StateAttacks::fillStore)
					.lasting(90_000));
	}

	private static void pipeline(Scene scene, Request first) throws Exception {
		byte[] request = Wire
			.ascii("GET /rivet/health HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(3000) + "\r\n\r\n");
		byte[] requests = Wire.repeat(request, 50);
		scene.inParallel(3, (thread) -> {
			while (scene.goesOn()) {
				HttpPeer peer = scene.http(0);
				boolean open = peer != null && scene.push(peer, first.bytes());
				if (open) {
					Scene.pause(100);
				}
				for (int i = 0; open && peer != null && i < 3000 && scene.goesOn(); i++) {
					open = scene.push(peer, requests);
				}
			}
		});
	}

	private static void headers(Scene scene) {
		byte[] header = Wire.ascii("X-" + Scene.unique() + ": " + "h".repeat(1000) + "\r\n");
		while (scene.goesOn()) {
			HttpPeer peer = scene.http(0);
			boolean open = peer != null && scene.push(peer, Wire.ascii("GET /rivet/health HTTP/1.1\r\n"));
			for (int i = 0; open && peer != null && i < 1000 && scene.goesOn(); i++) {
				open = scene.push(peer, header) && !answered(scene, peer);
			}
		}
	}

	private static boolean answered(Scene scene, HttpPeer peer) {
		return (peer.fill() || peer.ending() != null) && scene.met(peer.answer(Scene.PATIENCE));
	}

	private static void bodies(Scene scene) throws Exception {
		byte[] head = Wire.head("PUT", "/rivet/actors", "", 8 * MEGABYTE);
		byte[] part = new byte[MEGABYTE / 4];
		hold(scene, 150, (peer) -> {
			boolean open = scene.push(peer, head);
			for (int i = 0; open && i < 28 && scene.goesOn(); i++) {
				open = scene.push(peer, part) && !answered(scene, peer);
			}
			return open;
		});
	}

	private static void chunkedBodies(Scene scene) throws Exception {
		byte[] head = Wire.ascii("POST " + Wire.path(TARGET, scene.key(), "action/echo") + " HTTP/1.1\r\n"
				+ "Host: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
		byte[] chunk = Wire.join(Wire.ascii("8000\r\n"), new byte[0x8000], Wire.ascii("\r\n"));
		hold(scene, 300, (peer) -> {
			boolean open = scene.push(peer, head);
			for (int i = 0; open && i < 200 && scene.goesOn(); i++) {
				open = scene.push(peer, chunk) && !answered(scene, peer);
			}
			return open;
		});
	}

	/** Holds connections open until the server rejects their data. */
	private static void hold(Scene scene, int size, Sending sending) throws Exception {
		scene.inParallel(SENDERS, (thread) -> {
			List<HttpPeer> open = new ArrayList<>();
			while (scene.goesOn()) {
				HttpPeer peer = (open.size() < size / SENDERS) ? scene.http(0) : null;
				if (peer != null && sending.send(peer)) {
					open.add(peer);
				}
				if (open.size() >= size / SENDERS) {
					Scene.pause(20);
				}
				open.removeIf((held) -> answered(scene, held));
			}
		});
	}

	private static void inputs(Scene scene, String input) throws Exception {
		scene.inParallel(4, (thread) -> {
			HttpPeer peer = null;
			while (scene.goesOn()) {
				peer = (peer != null) ? peer : scene.http(0);
				if (peer == null) {
					continue;
				}
				boolean sent = peer.write(Wire.create(KEEPER, scene.key(Scene.unique()), input), Scene.PATIENCE);
				Answer answer = peer.answer(2 * Scene.PATIENCE);
				scene.met(answer);
				if (!sent || answer == null || answer.refused()) {
					scene.close(peer);
					peer = null;
				}
			}
		});
	}

	private static void instances(Scene scene) throws Exception {
		AtomicInteger created = new AtomicInteger();
		create(scene, TARGET, 200_000, created);
		scene.note(created + " instances were created");
	}

	/** Creates instances with long keys, 20 requests at a time on each connection. */
	private static void create(Scene scene, String actor, int most, AtomicInteger created) throws Exception {
		String suffix = "k".repeat(870);
		scene.inParallel(4, (thread) -> {
			while (scene.goesOn() && created.get() < most) {
				HttpPeer peer = scene.http(0);
				boolean open = peer != null;
				while (open && peer != null && scene.goesOn() && created.get() < most) {
					byte[][] requests = new byte[20][];
					for (int i = 0; i < requests.length; i++) {
						requests[i] = Wire.create(actor, Scene.unique() + suffix, "");
					}
					open = peer.write(Wire.join(requests), Scene.PATIENCE);
					for (int i = 0; open && i < requests.length; i++) {
						Answer answer = peer.answer(Scene.PATIENCE);
						open = answer != null && answer.status() > 0;
						if (!scene.met(answer) && answer != null) {
							created.incrementAndGet();
						}
					}
				}
			}
		});
	}

	/**
	 * Instances of other clients fall asleep during the attack, and are called when the
	 * memory is used up.
	 */
	private static void fillStore(Scene scene) throws Exception {
		List<String> honest = new ArrayList<>();
		for (int i = 0; i < HONEST; i++) {
			String key = scene.key("honest-" + i);
			if (echo(scene, key)) {
				honest.add(key);
			}
		}
		Scene filling = scene.part(scene.left());
		scene.inParallel(2, (thread) -> {
			if (thread == 1) {
				while (filling.hasTime()) {
					create(filling, KEEPER, Integer.MAX_VALUE, new AtomicInteger());
				}
				return;
			}
			Scene.pause(Math.min(ASLEEP, scene.left()));
			for (String key : honest) {
				if (echo(scene, key)) {
					scene.met("woken");
				}
				else {
					scene.note("an instance that slept was not woken");
				}
			}
			filling.stop();
		});
	}

	private static boolean echo(Scene scene, String key) {
		HttpPeer peer = scene.http(0);
		if (peer == null) {
			return false;
		}
		peer.write(Wire.action(KEEPER, key, "echo", "[\"x\"]"), Scene.PATIENCE);
		Answer answer = peer.answer(Scene.PATIENCE);
		scene.close(peer);
		return answer != null && answer.status() == 200;
	}

	private static void list(Scene scene) throws Exception {
		byte[] list = Wire.get("/rivet/actors?name=keeper");
		AtomicInteger created = new AtomicInteger();
		Scene creation = scene.part(scene.amount(15_000, 400));
		create(creation, KEEPER, scene.amount(20_000, 1000), created);
		scene.note(created + " instances were listed");
		while (scene.goesOn()) {
			List<HttpPeer> unread = new ArrayList<>();
			for (int i = 0; i < 12; i++) {
				HttpPeer peer = scene.http(Peer.TINY);
				if (peer != null && scene.push(peer, list)) {
					unread.add(peer);
				}
			}
			Scene.pause(Math.min(scene.amount(2000, 200), scene.left()));
			for (HttpPeer peer : unread) {
				peer.hasten();
				Answer answer = peer.answer(Scene.PATIENCE);
				if (!scene.met(answer) && answer != null && answer.body().length() <= LISTED) {
					scene.met("short list");
				}
				else if (answer != null && answer.body().length() > LISTED) {
					scene.note("a list of " + (answer.body().length() >> 10) + " KB");
				}
				scene.close(peer);
			}
		}
	}

	// Connections

	private static void cutStreams(Scene scene) throws Exception {
		byte[] request = Wire.get(Wire.path(TARGET, scene.key(), "sse") + "&event=msg");
		churn(scene, 4, () -> {
			StreamPeer peer = scene.stream(0);
			if (peer != null) {
				peer.write(request, Scene.PATIENCE);
				Scene.pause(ThreadLocalRandom.current().nextInt(13));
				scene.close(peer);
			}
		});
	}

	private static void reconnect(Scene scene) throws Exception {
		churn(scene, 2, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
			if (peer != null) {
				peer.leave();
				scene.close(peer);
			}
		});
	}

	private static void churn(Scene scene, int threads, Runnable one) throws Exception {
		AtomicInteger times = new AtomicInteger();
		Scene part = scene.part(scene.amount(15_000, 1200));
		part.inParallel(threads, (thread) -> {
			while (part.goesOn() && times.get() < 4000) {
				one.run();
				times.incrementAndGet();
			}
		});
		WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
		int left = -1;
		for (int id = 1; peer != null && left != 1 && scene.hasTime(); id++) {
			peer.write(Wire.text(Wire.call(id, "here", "[]")), Scene.PATIENCE);
			Frame frame = peer.await("ActionResponse", Scene.PATIENCE);
			left = (frame != null) ? output(frame.text()) : -1;
			Scene.pause(100);
		}
		scene.note(times + " were opened, " + ((left > 0) ? left - 1 : "an unknown number") + " left behind");
		if (left == 1) {
			scene.met("closed", times.get());
		}
	}

	private static int output(String answer) {
		int at = answer.indexOf("\"output\":") + 9;
		int end = answer.indexOf('}', at);
		return (at > 8 && end > at) ? Integer.parseInt(answer.substring(at, end)) : -1;
	}

	private static void connections(Scene scene) throws Exception {
		AtomicInteger open = new AtomicInteger();
		scene.inParallel(8, (thread) -> {
			while (scene.goesOn() && open.get() < scene.amount(8000, 1000)) {
				WebSocketPeer peer = scene.socketFromElsewhere();
				if (peer != null && scene.upgrade(peer, TARGET, scene.key(open.get() % 50), "json", "")) {
					if (scene.met(peer.await("\"Init\"", Scene.PATIENCE))) {
						scene.close(peer);
					}
					else {
						open.incrementAndGet();
					}
				}
			}
		});
		scene.note(open + " connections are open");
	}

	private interface Request {

		byte[] bytes();

	}

	private interface Sending {

		boolean send(HttpPeer peer);

	}

}
