// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// One room at a time: its history, its members, and new messages.

const NODE_MILLIS = 1000;
const ROOMS = ["general", "random", "games"];

// a guest chooses any name, but must not look like a user
export const shown = ({ userId, guest }) => (guest && !userId.startsWith("guest") ? `${userId} (guest)` : userId);

export function openChat(client, me, { showStatus, onClose, onMentioned, toast }) {
	const root = document.querySelector("#chat");
	const messages = root.querySelector(".messages");
	const input = root.querySelector("[name=text]");
	const error = root.querySelector(".error");
	const rooms = [...ROOMS];
	let room = "general";
	let connection;
	let open = false;

	function enter() {
		showAll([]);
		showPeople([]);
		root.querySelector("h1").textContent = room;
		showRooms();
		const current = client.chatRoom.getOrCreate([room]).connect({ name: me.name }, { snapshot: "getHistory" });
		connection = current;
		// called at first, and when messages are lost; otherwise missed messages are delivered after a reconnect
		current.onSnapshot(showAll);
		current.on("messageReceived", show);
		current.on("presenceChanged", showPeople);
		current.on("mentioned", (mention) => mention.room !== room && onMentioned(mention));
		current.onClose(onClose);
		followNode(current);
		current.onStatus((status) => {
			if (current === connection) {
				open = status.status === "open";
				showPeopleTitle();
				showStatus(status);
			}
		});
	}

	// on several nodes: shows the one that runs the room, which changes when a node fails or stops
	async function followNode(current) {
		const line = root.querySelector(".node");
		line.textContent = "";
		while (current === connection) {
			const node = await current.node().catch(() => undefined);
			if (node === "" || current !== connection) {
				return;
			}
			if (node) {
				line.textContent = `This room runs on ${node}.`;
			}
			await new Promise((resolve) => setTimeout(resolve, NODE_MILLIS));
		}
	}

	function leave() {
		connection?.dispose();
		connection = undefined;
	}

	// a screen reader reads new messages, not the whole history
	function showAll(history) {
		messages.ariaBusy = "true";
		messages.replaceChildren();
		history.forEach(show);
		requestAnimationFrame(() => (messages.ariaBusy = "false"));
	}

	function show(message) {
		const item = document.createElement("li");
		item.dataset.testid = "message";
		item.dataset.user = message.userId;
		item.className = message.userId === me.name && message.guest === me.guest ? "mine" : "";
		item.append(text("b", shown(message)), time(message.timestamp), text("p", message.text));
		item.style.setProperty("--hue", hue(message.userId));
		messages.append(item);
		item.scrollIntoView({ block: "end" });
	}

	function showPeople(names) {
		root.querySelector(".people").replaceChildren(...names.map((name) => {
			const item = text("li", name);
			item.dataset.testid = "person";
			item.style.setProperty("--hue", hue(name));
			return item;
		}));
	}

	// the list of members is out of date while the connection is lost
	function showPeopleTitle() {
		root.querySelector("#people-title").textContent = open ? "Here now" : "Here before";
		root.querySelector(".people").classList.toggle("old", !open);
	}

	function showRooms() {
		root.querySelector(".rooms").replaceChildren(...rooms.map((name) => {
			const item = document.createElement("li");
			const button = text("button", name);
			button.dataset.testid = `room-${name}`;
			button.setAttribute("aria-current", name === room);
			button.addEventListener("click", () => change(name));
			item.append(button);
			return item;
		}));
	}

	function change(name) {
		leave();
		room = name;
		enter();
		input.focus();
	}

	root.querySelector(".compose").addEventListener("submit", async (event) => {
		event.preventDefault();
		error.hidden = true;
		const said = input.value;
		if (!said.trim()) {
			return;
		}
		if (!open) {
			showError("Not sent: there is no connection. Your text stays here.");
			return;
		}
		const current = connection;
		const where = room;
		// at once: text that is typed before the answer is the next message
		input.value = "";
		try {
			await current.sendMessage(me.name, said);
		} catch (refused) {
			if (current === connection) {
				putBack(input, said);
				showError(refused.message);
			} else {
				toast(`May not have been sent to ${where}`, said);
			}
		}
	});

	function showError(message) {
		error.textContent = message;
		error.hidden = false;
	}

	root.querySelector(".new-room").addEventListener("submit", (event) => {
		event.preventDefault();
		const name = event.target.room.value.trim();
		event.target.reset();
		if (name && !rooms.includes(name)) {
			rooms.push(name);
		}
		if (name) {
			change(name);
		}
	});

	return { enter, leave };
}

// before the text that was typed meanwhile
export function putBack(input, text) {
	input.value = [text, input.value].filter(Boolean).join(" ");
}

function text(tag, content) {
	const element = document.createElement(tag);
	element.textContent = content;
	return element;
}

function time(timestamp) {
	const at = new Date(timestamp);
	const element = text("time", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
	element.dateTime = at.toISOString();
	return element;
}

export function hue(name) {
	return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
}
