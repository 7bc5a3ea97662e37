// The page around the chat and the game: who we are, the tabs, the status of the connection.
import { createClient } from "/rivet-events/rivet-events-client.js";
import { openChat, shown } from "/chat.js";
import { openGame } from "/game.js";

const $ = (selector) => document.querySelector(selector);

// ?transport=sse shows what a proxy without WebSocket leaves of it: everything.
const query = new URLSearchParams(location.search);
const client = createClient("/rivet", { transport: query.get("transport") ?? "auto" });
const me = await (await fetch("/me")).json();

$("[data-testid=me]").textContent = me.name;
$("[data-testid=login-open]").hidden = !me.guest;
$("form[action='/logout']").hidden = me.guest;
document.querySelectorAll("input[name=_csrf]").forEach((input) => (input.value = me.csrf.token));

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
	pill.title = [transport, outcome, reason].filter(Boolean).join(", ");
}

// When the user has signed out, in this tab or another, the server closes the connections of the session.
async function onClose(reason) {
	if (reason.startsWith("auth.")) {
		const now = await (await fetch("/me")).json();
		if (now.name !== me.name) {
			location.assign("/");
		}
	}
}

const TOAST_MILLIS = 8000;

function toast(title, content) {
	const item = document.createElement("li");
	item.dataset.testid = "toast";
	item.append(Object.assign(document.createElement("b"), { textContent: title }), content);
	$(".toasts").append(item);
	setTimeout(() => item.remove(), TOAST_MILLIS);
}

// Comes on whatever connection we have, since it is sent to the user and not to a room.
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
		if (selected) {
			views[view].enter();
		} else {
			views[view].leave();
		}
	}
}

$("#tab-chat").addEventListener("click", () => select("chat"));
$("#tab-game").addEventListener("click", () => select("game"));
select("chat");
