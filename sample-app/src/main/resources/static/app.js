// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The page around the chat and the game: the user, the tabs, the status of the connection.
import { createClient } from "/rivet-events/rivet-events-client.js";
import { openChat, shown } from "/chat.js";
import { openGame } from "/game.js";

const $ = (selector) => document.querySelector(selector);

// ?transport=sse shows the page behind a proxy without WebSocket: everything works.
const query = new URLSearchParams(location.search);
const client = createClient("/rivet", { transport: query.get("transport") ?? "auto" });
const me = await (await fetch("/me")).json();

$("[data-testid=me]").textContent = me.name;
$("[data-testid=login-open]").hidden = !me.guest;
$("form[action='/logout']").hidden = me.guest;
setCsrf(me.csrf);

function setCsrf({ token }) {
	document.querySelectorAll("input[name=_csrf]").forEach((input) => (input.value = token));
}

const login = $("dialog.login");
$("[data-testid=login-open]").addEventListener("click", () => login.showModal());
$("#login-cancel").addEventListener("click", () => login.close());
if (query.has("error")) {
	$("#login-error").hidden = false;
	login.showModal();
}

const STATUS_TEXTS = { connecting: "connecting", open: "connected", waiting: "reconnecting", closed: "disconnected" };

function showStatus({ status, attempt, transport, outcome, reason }) {
	const pill = $("[data-testid=status]");
	pill.dataset.status = status;
	pill.dataset.outcome = outcome ?? "";
	pill.dataset.transport = transport ?? "";
	pill.textContent = status === "connecting" && attempt > 0 ? "reconnecting" : STATUS_TEXTS[status];
	$("#banner").textContent = bannerText(status, attempt, reason);
	document.querySelectorAll("[data-testid=send], [data-testid=whisper-send]")
		.forEach((button) => button.setAttribute("aria-disabled", status !== "open"));
}

function bannerText(status, attempt, reason) {
	if (status === "closed") {
		return `Disconnected (${reason}). Reload the page to connect again.`;
	}
	const lost = status === "waiting" || (status === "connecting" && attempt > 0);
	return lost ? "The connection is lost and is being restored. Nothing can be sent until then." : "";
}

let signsOut = false; // in this tab, which then loads the page of a guest
$("form[action='/logout']").addEventListener("submit", () => (signsOut = true));

// The server closes the connections of the session when the user signs out in any tab, and when the session ends.
async function onClose(reason) {
	if (signsOut || !reason.startsWith("auth.")) {
		return;
	}
	try {
		const now = await (await fetch("/me")).json();
		if (now.guest && !me.guest) {
			askToSignIn(now);
		} else if (now.name !== me.name) {
			location.assign("/");
		}
	} catch (failed) {
		toast("Are you still signed in? The server does not answer", failed.message);
	}
}

// The page stays as it is behind the dialog.
function askToSignIn({ csrf }) {
	setCsrf(csrf);
	$("#banner").textContent = "You have been signed out.";
	$("#login-ended").hidden = false;
	$("#login-cancel").textContent = "Continue as a guest";
	login.setAttribute("aria-describedby", "login-ended");
	$("[data-testid=username]").value = me.name;
	login.addEventListener("close", () => location.assign("/"));
	login.showModal();
	$("[data-testid=password]").focus();
}

const TOAST_MILLIS = 8000;

function toast(title, content) {
	const item = document.createElement("li");
	item.dataset.testid = "toast";
	item.append(Object.assign(document.createElement("b"), { textContent: title }), content);
	$(".toasts").append(item);
	setTimeout(() => item.remove(), TOAST_MILLIS);
}

// Received on any connection, since it is sent to the user and not to a room.
function onMentioned({ room, userId, guest, text }) {
	toast(`${shown({ userId, guest })} mentioned you in ${room}`, text);
}

const page = { showStatus, onClose, onMentioned, toast };
const views = {
	chat: openChat(client, me, page),
	game: openGame(client, me, page),
};

function select(name) {
	for (const view of Object.keys(views)) {
		const selected = view === name;
		$(`#${view}`).hidden = !selected;
		$(`#tab-${view}`).setAttribute("aria-selected", selected);
		$(`#tab-${view}`).tabIndex = selected ? 0 : -1;
		if (selected) {
			views[view].enter();
		} else {
			views[view].leave();
		}
	}
}

const tabs = Object.keys(views).map((view) => $(`#tab-${view}`));

// as in the ARIA pattern for tabs: the arrow keys select, and the focus stays on the tab
function selectByKey(event) {
	const at = tabs.indexOf(event.target);
	const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
	if (to !== undefined) {
		event.preventDefault();
		const tab = tabs.at(to % tabs.length);
		tab.focus();
		select(tab.getAttribute("aria-controls"));
	}
}

tabs.forEach((tab) => {
	tab.addEventListener("click", () => select(tab.getAttribute("aria-controls")));
	tab.addEventListener("keydown", selectByKey);
});
select("chat");
