/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.benchmarks.attack.HttpPeer.Answer;
import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * Attacks with calls: more calls than an instance can process, and calls whose callers
 * leave.
 */
final class CallAttacks {

	private static final String TARGET = "target";

	/** Maximum size of a message without its envelope. */
	private static final int LARGE = 65_000;

	/** Larger than a response with a few violations. */
	private static final int SHORT = 200_000;

	private static final int MAILBOX = 1000;

	private static final int HELD = 20_000;

	private static final int INTERLEAVED = 300_000;

	private static final int BATCH = 500;

	/** Duration of calls whose caller leaves; a call in progress may complete. */
	private static final int LEFT = 300;

	private static final int SOON = 1500;

	private static final int DELAY = 1400;

	private static final int BLOCKED = 2000;

	private static final int HUNG_UP = 36_000;

	private static final String REFUSED = "HTTP 4xx or 5xx, or a close";

	private static final String OVERLOADED = "actor.overloaded, a close, or no more reading";

	private CallAttacks() {
	}

	static List<Attack> all() {
		return List.of(
				// first, because its other client needs memory that is still in use after
				// the attacks in which
				// callers hang up
				new Attack("workers-block", "HTTP calls of one address that block 200 instances for 2 s each",
						"another client's call to an instance of the actor is answered within 1 s meanwhile",
						CallAttacks::blockWorkers),
				// before those that fill the memory for calls for some time
				new Attack("violations", "JSON calls of 65,000 bytes with 20,000 violations of constraints, 100 deep",
						"actor.validation_error of bounded size", CallAttacks::violate),
				new Attack("violations-http", "the same over HTTP", "HTTP 400 of bounded size",
						CallAttacks::violateOverHttp),
				new Attack("mailbox-cbor", "CBOR calls with typed arrays of 65,000 bytes while an action runs",
						OVERLOADED,
						(scene) -> mailbox(scene, "cbor",
								(id) -> Wire.frame(Wire.BINARY, Wire.cborCall(id, "hold", Wire.number(HELD))),
								Wire.frame(Wire.BINARY, Wire.cborCall(2, "value", Wire.typedArray(LARGE))))),
				new Attack("mailbox-bare", "BARE calls with typed arrays of 65,000 bytes while an action runs",
						OVERLOADED,
						(scene) -> mailbox(scene, "bare",
								(id) -> Wire.frame(Wire.BINARY, Wire.bareCall(id, "hold", Wire.number(HELD))),
								Wire.frame(Wire.BINARY, Wire.bareCall(2, "value", Wire.typedArray(LARGE))))),
				new Attack("mailbox-json", "JSON calls of 65,000 bytes with an object each 3 bytes", OVERLOADED,
						(scene) -> mailbox(scene, "json", CallAttacks::hold,
								Wire.text(Wire.call(2, "value", Wire.manyNodes(LARGE))))),
				new Attack("mailbox-deep", "JSON calls of 65,000 bytes with arrays 200 deep", OVERLOADED,
						(scene) -> mailbox(scene, "json", CallAttacks::hold,
								Wire.text(Wire.call(2, "value", Wire.deepNodes(LARGE))))),
				new Attack("mailbox-one-way", "one-way JSON calls with an object each 3 bytes",
						OVERLOADED + " for calls between", CallAttacks::oneWay),
				new Attack("mailbox-http", "HTTP calls of 65,000 bytes on 1,500 connections while an action runs",
						REFUSED,
						(scene) -> overHttp(scene,
								Wire.action(TARGET, scene.key(), "value", Wire.manyNodes(LARGE - 100)))),
				new Attack("mailbox-sse", "JSON calls of 65,000 bytes posted for an event stream",
						"HTTP 4xx or 5xx, actor.overloaded on the stream, or a close",
						(scene) -> overStream(scene, Wire.extendedCall(2, "value", Wire.manyNodes(LARGE - 100), ""),
								MAILBOX)),
				new Attack("mailboxes", "40 JSON calls of 65,000 bytes for each of 300 instances", OVERLOADED,
						CallAttacks::manyInstances),
				new Attack("early", "15 JSON calls of 65,000 bytes of each of 300 clients before it is accepted",
						OVERLOADED, CallAttacks::early),
				new Attack("interleave", "300,000 interleaved calls that answer after 55 s", OVERLOADED,
						CallAttacks::interleave),
				new Attack("interleave-sse", "interleaved calls posted for an event stream",
						"HTTP 4xx or 5xx, actor.overloaded on the stream, or a close",
						(scene) -> overStream(scene, interleaved(BATCH), INTERLEAVED / BATCH)),
				new Attack("keyed", "keyed calls with answers of 900 KB",
						"an error, or the oldest answer is no longer kept", CallAttacks::keyed),
				new Attack("keyed-many", "keyed calls with answers of 900 KB on many instances",
						"an error, or the oldest answer is no longer kept", CallAttacks::keyedOnMany),
				new Attack("leave-websocket", "100 calls of 300 ms whose caller leaves",
						"another client's call is answered within 1.5 s", CallAttacks::leaveSocket),
				new Attack("leave-sse", "100 calls of 300 ms over an event stream whose caller leaves",
						"another client's call is answered within 1.5 s", CallAttacks::leaveStream),
				new Attack("hang-up-many", "4 HTTP calls of 36,000 bytes for each of many busy instances, all hung up",
						REFUSED, CallAttacks::hangUp),
				new Attack("resolve-busy", "requests for one busy instance, with inputs of 21,000 empty objects",
						REFUSED, CallAttacks::resolveBusy),
				new Attack("leave-http", "60 HTTP calls of 300 ms whose callers hang up",
						"another client's call is answered within 1.5 s", CallAttacks::leaveHttp),
				new Attack("before-connect", "clients whose @OnBeforeConnect takes 1.4 s, over WebSocket and HTTP",
						"another client's call is answered within 1 s meanwhile", CallAttacks::slowToConnect));
	}

	private static byte[] hold(int id) {
		return Wire.text(Wire.call(id, "hold", "[" + HELD + "]"));
	}

	private static void mailbox(Scene scene, String encoding, Message hold, byte[] heavy) {
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), encoding, 0);
			if (peer == null || !scene.push(peer, hold.of(1))) {
				continue;
			}
			boolean open = true;
			for (int i = 0; open && i < 2 * MAILBOX && scene.goesOn(); i++) {
				open = scene.push(peer, heavy) && !scene.countFrames(peer);
			}
		}
	}

	private static void violate(Scene scene) {
		byte[] wrong = Wire.text(Wire.call(2, "check", Wire.wrongLeaves(LARGE)));
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), "json", 0);
			boolean open = peer != null;
			for (int i = 0; open && peer != null && i < MAILBOX && scene.goesOn(); i++) {
				Frame answer = scene.push(peer, wrong) ? peer.await("\"Error\"", Scene.PATIENCE) : null;
				open = answer != null && !answer.last();
				if (open && answer != null && answer.text().contains("violations")) {
					scene.met("actor.validation_error", (answer.text().length() < SHORT) ? 1 : 0);
				}
				else if (open && answer != null && answer.text().contains("overloaded")) {
					scene.note("actor.overloaded"); // for memory that is still in use by
													// earlier calls of the attack
					Scene.pause(20);
				}
			}
		}
	}

	private static void violateOverHttp(Scene scene) {
		byte[] wrong = Wire.action(TARGET, scene.key(), "check", Wire.wrongLeaves(LARGE - 100));
		while (scene.goesOn()) {
			HttpPeer peer = scene.http(0);
			if (peer != null && scene.push(peer, wrong)) {
				scene.met(peer.answer(Scene.PATIENCE));
				scene.close(peer);
			}
		}
	}

	private static void oneWay(Scene scene) {
		byte[] heavy = Wire.text(Wire.extendedCall(2, "value", Wire.manyNodes(LARGE - 100), ",\"oneWay\":true"));
		byte[] between = Wire.text(Wire.extendedCall(3, "echo", "[\"x\"]", ""));
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), "+json", 0);
			if (peer == null || !scene.push(peer, Wire.text(Wire.hello("")))
					|| !scene.push(peer, Wire.text(Wire.extendedCall(1, "hold", "[" + HELD + "]", "")))) {
				continue;
			}
			boolean open = true;
			for (int i = 0; open && i < MAILBOX && scene.goesOn(); i++) {
				open = scene.push(peer, heavy) && (i % 5 != 0 || scene.push(peer, between)) && !scene.countFrames(peer);
			}
		}
	}

	private static void resolveBusy(Scene scene) {
		overHttp(scene, Wire.create(TARGET, scene.key(), Wire.inputOfNodes(21_000)));
	}

	/** The data of the callers remains in the mailboxes of busy instances. */
	private static void hangUp(Scene scene) throws Exception {
		String args = Wire.manyNodes(HUNG_UP);
		scene.inParallel(4, (thread) -> {
			while (scene.goesOn()) {
				String key = scene.key(Scene.unique());
				List<HttpPeer> callers = new ArrayList<>();
				for (int i = 0; i < 5; i++) {
					HttpPeer caller = scene.http(0);
					if (caller != null) {
						callers.add(caller);
						caller.write((i == 0) ? Wire.action(TARGET, key, "hold", "[" + HELD + "]")
								: Wire.action(TARGET, key, "value", args), Scene.PATIENCE);
						Scene.pause((i == 0) ? 50 : 0);
					}
				}
				Scene.pause(100);
				for (HttpPeer caller : callers) {
					if (caller.fill()) {
						scene.met(caller.answer(Scene.PATIENCE));
					}
					caller.leave();
					scene.close(caller);
				}
			}
		});
	}

	private static void overHttp(Scene scene, byte[] heavy) {
		HttpPeer first = scene.http(0);
		if (first == null || !scene.push(first, Wire.action(TARGET, scene.key(), "hold", "[" + HELD + "]"))) {
			return;
		}
		List<HttpPeer> waiting = new ArrayList<>();
		while (scene.goesOn()) {
			HttpPeer peer = (waiting.size() < 1500) ? scene.http(0) : null;
			if (peer != null && scene.push(peer, heavy)) {
				waiting.add(peer);
			}
			waiting.removeIf((caller) -> {
				if (!caller.fill() && caller.ending() == null) {
					return false;
				}
				scene.met(caller.answer(Scene.PATIENCE));
				scene.close(caller);
				return true;
			});
		}
	}

	private static String interleaved(int count) {
		StringBuilder calls = new StringBuilder();
		for (int i = 0; i < count; i++) {
			calls.append((i > 0) ? "," : "").append(Wire.extendedCall(i + 2, "later", "[55000]", ""));
		}
		return calls.toString();
	}

	private static void overStream(Scene scene, String messages, int times) {
		while (scene.goesOn()) {
			String path = Wire.path(TARGET, scene.key(Scene.unique()), "sse");
			StreamPeer stream = scene.stream(0);
			HttpPeer upward = scene.http(0);
			if (stream == null || upward == null || !stream.open(path, Scene.PATIENCE)) {
				continue;
			}
			upward.write(stream.post(Wire.extendedCall(1, "hold", "[" + HELD + "]", "")), Scene.PATIENCE);
			boolean open = !scene.met(upward.answer(Scene.PATIENCE));
			for (int i = 0; open && i < times && scene.goesOn(); i++) {
				open = scene.push(upward, stream.post(messages)) && !scene.met(upward.answer(Scene.PATIENCE))
						&& countItems(scene, stream);
			}
		}
	}

	private static boolean countItems(Scene scene, StreamPeer stream) {
		stream.fill();
		String text = stream.takeText();
		int at = text.indexOf("\"overloaded\"");
		while (at >= 0) {
			scene.met("overloaded");
			at = text.indexOf("\"overloaded\"", at + 1);
		}
		if (stream.ending() != null) {
			scene.met("stream closed");
		}
		return stream.ending() == null;
	}

	private static void manyInstances(Scene scene) {
		byte[] heavy = Wire.text(Wire.call(2, "value", Wire.manyNodes(LARGE)));
		scene.crowd(300, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), "json", 0);
			boolean open = peer != null && scene.push(peer, hold(1));
			for (int i = 0; open && peer != null && i < 40 && scene.goesOn(); i++) {
				open = scene.push(peer, heavy);
			}
			return open ? peer : null;
		});
	}

	private static void early(Scene scene) {
		byte[] heavy = Wire.text(Wire.call(2, "value", Wire.manyNodes(LARGE)));
		scene.crowd(300, () -> {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()),
					"json, rivet_conn_params.%7B%22delay%22%3A4500%7D", 0);
			boolean open = peer != null;
			for (int i = 0; open && peer != null && i < 15 && scene.goesOn(); i++) {
				open = scene.push(peer, heavy);
			}
			return open ? peer : null;
		});
	}

	private static void interleave(Scene scene) {
		while (scene.goesOn()) {
			WebSocketPeer peer = scene.connect(TARGET, scene.key(Scene.unique()), "json", 0);
			boolean open = peer != null;
			for (int i = 0; open && peer != null && i < INTERLEAVED && scene.goesOn(); i += BATCH) {
				byte[][] calls = new byte[BATCH][];
				for (int j = 0; j < BATCH; j++) {
					calls[j] = Wire.text(Wire.call(i + j, "later", "[55000]"));
				}
				open = scene.push(peer, Wire.join(calls)) && !scene.countFrames(peer);
			}
		}
	}

	// Kept answers

	private static void keyed(Scene scene) {
		int back = scene.amount(150, 20);
		while (scene.goesOn()) {
			WebSocketPeer peer = extended(scene, scene.key(Scene.unique()));
			List<String> answers = new ArrayList<>();
			for (int i = 0; peer != null && i < MAILBOX && scene.goesOn(); i++) {
				String answer = keyedCall(scene, peer, i);
				if (answer == null) {
					break;
				}
				answers.add(answer);
				if (i >= back) {
					compare(scene, answers.get(i - back), keyedCall(scene, peer, i - back));
				}
			}
		}
	}

	private static void keyedOnMany(Scene scene) {
		int back = scene.amount(200, 20);
		List<WebSocketPeer> peers = new ArrayList<>();
		List<String> answers = new ArrayList<>();
		while (scene.goesOn()) {
			WebSocketPeer peer = extended(scene, scene.key(Scene.unique()));
			String answer = (peer != null) ? keyedCall(scene, peer, 0) : null;
			if (peer == null || answer == null) {
				continue;
			}
			peers.add(peer);
			answers.add(answer);
			int oldest = peers.size() - 1 - back;
			if (oldest >= 0) {
				compare(scene, answers.get(oldest), keyedCall(scene, peers.get(oldest), 0));
				scene.close(peers.get(oldest));
			}
		}
	}

	private static @Nullable WebSocketPeer extended(Scene scene, String key) {
		WebSocketPeer peer = scene.connect(TARGET, key, "+json", 0);
		if (peer == null || !scene.push(peer, Wire.text(Wire.hello("")))) {
			return null;
		}
		Frame init = peer.await("\"Init\"", Scene.PATIENCE);
		scene.met(init);
		return (init == null || init.last()) ? null : peer;
	}

	private static @Nullable String keyedCall(Scene scene, WebSocketPeer peer, int number) {
		String key = (number + "-" + "k".repeat(200)).substring(0, 200);
		if (!scene.push(peer,
				Wire.text(Wire.extendedCall(number, "unique", "[900000]", ",\"idempotencyKey\":\"" + key + "\"")))) {
			return null;
		}
		Frame frame = peer.next(Scene.PATIENCE);
		if (frame == null || frame.last() || frame.error()) {
			scene.met(frame);
			return null;
		}
		int begin = frame.text().indexOf('#');
		return frame.text().substring(begin, frame.text().indexOf('#', begin + 1));
	}

	private static void compare(Scene scene, String first, @Nullable String again) {
		if (again != null && !again.equals(first)) {
			scene.met("answer no longer kept");
		}
	}

	// Callers that leave

	private static void leaveSocket(Scene scene) throws Exception {
		byte[][] calls = new byte[100][];
		for (int i = 0; i < calls.length; i++) {
			calls[i] = Wire.text(Wire.call(i, "hold", "[" + LEFT + "]"));
		}
		byte[] all = Wire.join(calls);
		leaving(scene, (key) -> {
			WebSocketPeer peer = scene.connect(TARGET, key, "json", 0);
			if (peer != null) {
				peer.write(all, Scene.PATIENCE);
				Scene.pause(LEFT);
				peer.leave();
			}
		});
	}

	private static void leaveStream(Scene scene) throws Exception {
		StringBuilder calls = new StringBuilder();
		for (int i = 0; i < 100; i++) {
			calls.append((i > 0) ? "," : "").append(Wire.extendedCall(i, "hold", "[" + LEFT + "]", ""));
		}
		leaving(scene, (key) -> {
			StreamPeer stream = scene.stream(0);
			HttpPeer upward = scene.http(0);
			if (stream != null && upward != null && stream.open(Wire.path(TARGET, key, "sse"), Scene.PATIENCE)) {
				upward.write(stream.post(calls.toString()), Scene.PATIENCE);
				scene.met(upward.answer(Scene.PATIENCE));
				Scene.pause(LEFT);
				stream.leave();
				upward.leave();
			}
		});
	}

	private static void leaveHttp(Scene scene) throws Exception {
		leaving(scene, (key) -> {
			byte[] call = Wire.action(TARGET, key, "hold", "[" + LEFT + "]");
			List<HttpPeer> callers = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				HttpPeer caller = scene.http(0);
				if (caller != null) {
					caller.write(call, Scene.PATIENCE);
					callers.add(caller);
				}
			}
			Scene.pause(LEFT);
			callers.forEach(Peer::leave);
		});
	}

	private static void leaving(Scene scene, Leaving leaving) throws Exception {
		scene.inParallel(8, (thread) -> {
			while (scene.goesOn()) {
				String key = scene.key(Scene.unique());
				leaving.callAndLeave(key);
				WebSocketPeer next = scene.connect(TARGET, key, "json", 0);
				if (next == null || !next.write(Wire.text(Wire.call(1, "echo", "[\"next\"]")), Scene.PATIENCE)) {
					continue;
				}
				Frame frame = next.await("\"next\"", SOON);
				if (frame != null && !frame.last()) {
					scene.met("calls skipped");
				}
				else {
					scene.note("the next caller waited for more than 1.5 s");
				}
				scene.close(next);
			}
		});
	}

	private static void slowToConnect(Scene scene) throws Exception {
		scene.bystander(TARGET, scene.key()).awaitCalls(1, Scene.PATIENCE);
		scene.inParallel(3, (thread) -> {
			if (thread == 0) {
				callMeanwhile(scene);
				return;
			}
			while (scene.goesOn()) {
				if (thread == 1) {
					scene.connect(TARGET, scene.key(), "json, rivet_conn_params.%7B%22delay%22%3A" + DELAY + "%7D", 0);
				}
				else {
					HttpPeer caller = scene.http(0);
					if (caller != null) {
						caller.write(Wire.request("POST", Wire.path(TARGET, scene.key(), "action/echo"),
								"x-rivet-conn-params: {\"delay\":" + DELAY + "}\r\n", Wire.ascii("{\"args\":[\"x\"]}")),
								Scene.PATIENCE);
					}
				}
				Scene.pause(300);
			}
		});
	}

	private static void blockWorkers(Scene scene) throws Exception {
		scene.inParallel(5, (thread) -> {
			if (thread == 0) {
				callOthers(scene);
				return;
			}
			List<HttpPeer> callers = new ArrayList<>();
			while (scene.goesOn()) {
				for (int i = 0; i < 50 && callers.size() < 50; i++) {
					HttpPeer caller = scene.http(0);
					if (caller != null) {
						callers.add(caller);
					}
				}
				for (int i = 0; i < callers.size(); i++) {
					callers.get(i)
						.write(Wire.request("POST", Wire.path(TARGET, scene.key(thread + "-" + i), "action/slow"),
								"X-Forwarded-For: 198.51.100.7\r\n", Wire.ascii("{\"args\":[" + BLOCKED + "]}")),
								Scene.PATIENCE);
				}
				callers.removeIf((caller) -> {
					boolean ended = scene.goesOn() && caller.answer(Scene.PATIENCE) == null;
					if (ended) {
						scene.close(caller);
					}
					return ended;
				});
			}
		});
	}

	private static void callOthers(Scene scene) {
		HttpPeer caller = scene.http(0);
		while (caller != null && scene.goesOn()) {
			caller.write(Wire.action(TARGET, scene.key(Scene.unique()), "echo", "[\"x\"]"), 1000);
			Answer answer = caller.answer(1000);
			if (answer == null || answer.refused()) {
				scene.note((answer == null) ? "another client was not answered within 1 s"
						: "another client received " + answer.name());
				scene.close(caller);
				caller = scene.http(0);
			}
			else {
				scene.met("answered meanwhile");
			}
			Scene.pause(50);
		}
	}

	private static void callMeanwhile(Scene scene) {
		WebSocketPeer peer = scene.connect(TARGET, scene.key(), "json", 0);
		for (int id = 1; peer != null && scene.goesOn(); id++) {
			peer.write(Wire.text(Wire.call(id, "echo", "[\"m" + id + "\"]")), Scene.PATIENCE);
			Frame frame = peer.await("\"m" + id + "\"", 1000);
			if (frame != null && !frame.last()) {
				scene.met("answered meanwhile");
			}
			else {
				scene.note("another client waited for more than 1 s");
			}
			Scene.pause(50);
		}
	}

	private interface Message {

		byte[] of(int id);

	}

	private interface Leaving {

		void callAndLeave(String key);

	}

}
