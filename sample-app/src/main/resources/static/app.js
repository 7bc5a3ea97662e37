// The page around the chat and the game: who we are, the tabs, the status of the connection.
import { createClient } from "/lib/rivetkit-client.js";
import { openChat } from "/chat.js";
import { openGame } from "/game.js";

const $ = (selector) => document.querySelector(selector);

// JSON is a little larger than the default encoding, and can be read in the browser's network tab.
const client = createClient({ endpoint: `${location.origin}/rivet`, encoding: "json" });
const me = await (await fetch("/me")).json();

$("[data-testid=me]").textContent = me.name;
$("[data-testid=login-open]").hidden = !me.guest;
$("form[action='/logout']").hidden = me.guest;
document.querySelectorAll("input[name=_csrf]").forEach((input) => (input.value = me.csrf.token));

const login = $("dialog.login");
$("[data-testid=login-open]").addEventListener("click", () => login.showModal());
$("#login-cancel").addEventListener("click", () => login.close());
if (new URLSearchParams(location.search).has("error")) {
	$("#login-error").hidden = false;
	login.showModal();
}

function showStatus(status) {
	const pill = $("[data-testid=status]");
	pill.dataset.status = status;
	pill.textContent = status;
}

// When the user has signed out, in this tab or another, the server closes the connections of the session.
async function onError(error) {
	if (error.group === "auth") {
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
function onMentioned({ room, userId, text }) {
	toast(`${userId} mentioned you in ${room}`, text);
}

const page = { showStatus, onError, onMentioned, toast };
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
