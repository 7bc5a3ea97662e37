// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// A field of 100 by 100. Our own moves are shown at once and sent at most 20 times a second.
import { hue, putBack } from "/chat.js";

const STEP = 4;
const SEND_EVERY_MILLIS = 50;
const KEYS = {
	ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
	w: [0, -1], s: [0, 1], a: [-1, 0], d: [1, 0],
};

export function openGame(client, me, { showStatus, onClose, onMentioned, toast }) {
	const field = document.querySelector(".field");
	const whisper = document.querySelector(".whisper");
	const dots = new Map();
	let connection;
	let open = false;
	let sending;
	let addressee = "";
	let position = { x: 50, y: 50 };

	function enter() {
		const params = { playerId: me.name, role: "player" };
		const current = client.gameRoom.getOrCreate(["lobby"]).connect(params);
		connection = current;
		current.on("playerMoved", ({ playerId, position }) => place(playerId, position));
		current.on("playerJoined", ({ playerId, position }) => place(playerId, position));
		current.on("playerLeft", ({ playerId }) => remove(playerId));
		current.on("privateMessage", ({ from, message }) => toast(`${from} whispers`, message));
		current.on("mentioned", onMentioned);
		current.onClose(onClose);
		current.onStatus((status) => {
			if (current === connection) {
				open = status.status === "open";
				showStatus(status);
			}
		});
		current.onOpen(() => showAll(current));
	}

	async function showAll(current) {
		try {
			const players = await current.getPlayers();
			if (current !== connection) {
				return;
			}
			// those that left while there was no connection
			[...dots.keys()].filter((playerId) => !(playerId in players)).forEach(remove);
			Object.entries(players).forEach(([playerId, player]) => place(playerId, player.position));
			move(position.x, position.y);
		} catch (failed) {
			// without a connection there is nothing to show; the next connection requests it again
			if (current === connection && open) {
				toast("The players cannot be shown", failed.message);
			}
		}
	}

	function leave() {
		connection?.dispose();
		connection = undefined;
		[...dots.keys()].forEach(remove);
	}

	function place(playerId, { x, y }) {
		let dot = dots.get(playerId);
		if (!dot) {
			dot = document.createElement("div");
			dot.className = playerId === me.name ? "player mine" : "player";
			dot.dataset.testid = "player";
			dot.dataset.player = playerId;
			dot.style.setProperty("--hue", hue(playerId));
			const name = document.createElement("span");
			name.textContent = playerId;
			dot.append(name);
			dots.set(playerId, dot);
			field.append(dot);
			showPlayers();
		}
		dot.style.left = `${x}%`;
		dot.style.top = `${y}%`;
	}

	function remove(playerId) {
		dots.get(playerId)?.remove();
		dots.delete(playerId);
		showPlayers();
	}

	function showPlayers() {
		const others = [...dots.keys()].filter((playerId) => playerId !== me.name).sort();
		whisper.to.replaceChildren(...others.map((playerId) => new Option(playerId, playerId)));
		// a player that has left is not replaced by another one, which would receive the whispers for the first
		addressee ||= others[0] ?? "";
		whisper.to.value = others.includes(addressee) ? addressee : "";
		whisper.querySelector("button").disabled = others.length === 0;
	}

	whisper.to.addEventListener("change", () => (addressee = whisper.to.value));
	whisper.addEventListener("submit", async (event) => {
		event.preventDefault();
		const to = whisper.to.value;
		const text = whisper.text.value.trim();
		if (!text) {
			return;
		}
		if (!to) {
			toast("Not whispered", `${addressee} is not here. Choose another player.`);
			return;
		}
		if (!open) {
			toast(`Not whispered to ${to}`, "There is no connection.");
			return;
		}
		whisper.text.value = "";
		try {
			await connection.sendPrivateMessage(to, text);
		} catch (refused) {
			putBack(whisper.text, text);
			toast(`Not whispered to ${to}`, refused.message);
		}
	});

	function move(x, y) {
		const inside = (value) => Math.round(Math.min(100, Math.max(0, value)) * 10) / 10;
		position = { x: inside(x), y: inside(y) };
		place(me.name, position);
		sending ??= setTimeout(() => {
			sending = undefined;
			// without an answer; the next move replaces a lost one
			connection?.fire.updatePlayerPosition(position);
		}, SEND_EVERY_MILLIS);
	}

	function point(event) {
		const box = field.getBoundingClientRect();
		move(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
	}

	field.addEventListener("keydown", (event) => {
		const step = KEYS[event.key];
		if (step) {
			event.preventDefault();
			move(position.x + step[0] * STEP, position.y + step[1] * STEP);
		}
	});
	field.addEventListener("pointerdown", (event) => {
		field.setPointerCapture(event.pointerId);
		point(event);
	});
	field.addEventListener("pointermove", (event) => event.buttons && point(event));

	return { enter, leave };
}
