// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// All data is set as text, never as HTML: keys, users and states come from clients.

const UI = new URL(".", import.meta.url).href.slice(0, -1);
const ENDPOINT = new URL("..", import.meta.url).href.slice(0, -1);
const INTERVAL = 2000;
const RETRY = 5000;
const MAX_EVENTS = 500;
const MAX_CONNECTIONS = 100;

const $ = (id) => document.getElementById(id);

let settings = { writable: false, values: false };
let chosen = null; // { actor, key, namespace }
let namespace = "default";
let actor = null;
let actions = new Map(); // of the chosen instance, by name
let cursor = null; // page of the instances
let nextCursor = null;
let source = null;
let epoch = null;
let recordedUntil = null; // of the chosen instance
let timer = null;
let paused = false;

// Elements

function element(name, attributes = {}, ...children) {
	const created = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith("on")) {
			created.addEventListener(key.slice(2), value);
		}
		else if (value !== undefined) {
			created.setAttribute(key, value);
		}
	}
	created.append(...children.filter((child) => child !== undefined));
	return created;
}

function setText(node, text) {
	if (node.textContent !== text) {
		node.textContent = text;
	}
}

/** Changes a list to some items, and keeps the elements of those that are already there. */
function sync(list, items, keyOf, create, update) {
	const present = new Map(Array.from(list.children, (child) => [child.dataset.key, child]));
	items.forEach((item, index) => {
		const key = keyOf(item);
		let child = present.get(key);
		if (!child) {
			child = create(item);
			child.dataset.key = key;
		}
		present.delete(key);
		update(child, item);
		if (list.children[index] !== child) {
			list.insertBefore(child, list.children[index] ?? null);
		}
	});
	present.forEach((child) => child.remove());
}

function facts(list, values) {
	const shown = Object.entries(values).filter(([, value]) => value !== undefined);
	sync(list, shown, ([name]) => name,
		([name]) => element("div", {}, element("dt", {}, name), element("dd")),
		(child, [, value]) => setText(child.lastElementChild, String(value)));
}

const number = new Intl.NumberFormat("en");

function bytes(count) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let unit = 0;
	let value = count;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${value.toLocaleString("en", { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`;
}

function duration(millis) {
	const seconds = Math.round(millis / 1000);
	return seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

const time = (instant) => new Date(instant).toLocaleTimeString("en-GB", { hour12: false });
const plural = (count, word) => `${number.format(count)} ${word}${count === 1 ? "" : "s"}`;

// Requests

class Failure extends Error {
	constructor(status, text) {
		super(text);
		this.status = status;
	}
}

async function request(url, options = {}) {
	const response = await fetch(url, { cache: "no-store", redirect: "manual", ...options,
		headers: { accept: "application/json", ...options.headers } });
	if (response.type === "opaqueredirect" || response.status === 401) {
		throw new Failure(401, "Sign in again, then reload the page");
	}
	if (!response.ok) {
		throw new Failure(response.status, response.status === 403 ? "Access denied" : `Status ${response.status}`);
	}
	return response.json();
}

const read = (path, parameters = {}) => request(`${path}?${new URLSearchParams(parameters)}`);

async function write(path, body, again = true) {
	const headers = { "content-type": "application/json" };
	if (settings.csrf) {
		headers[settings.csrf.header] = settings.csrf.token;
	}
	try {
		return await request(path, { method: "POST", headers, body: JSON.stringify(body) });
	}
	catch (failure) {
		if (failure.status === 403 && again) {
			await loadSettings(); // the session may have changed, and its token with it
			return write(path, body, false);
		}
		throw failure;
	}
}

async function loadSettings() {
	settings = await read(`${UI}/settings`);
	document.querySelectorAll(".writes").forEach((part) => part.hidden = !settings.writable);
}

function status(state, text) {
	$("status").dataset.state = state;
	setText($("status"), text);
}

/** Does what a button asks for, and shows why it has failed. */
async function attempt(work) {
	setText($("message"), "");
	try {
		await work();
	}
	catch (failure) {
		setText($("message"), failure.message);
	}
}

function confirmed(question) {
	setText($("confirm-text"), question);
	$("confirm").returnValue = "no";
	$("confirm").showModal();
	return new Promise((resolve) => $("confirm").addEventListener("close",
		() => resolve($("confirm").returnValue === "yes"), { once: true }));
}

// Numbers and lists

async function refresh() {
	clearTimeout(timer);
	if (!paused && !document.hidden) {
		try {
			await Promise.all([overview(), instances(), instance()]);
			status("live", "live");
		}
		catch (failure) {
			status("failed", failure.status ? failure.message : "Server not reachable");
		}
	}
	clearTimeout(timer);
	timer = setTimeout(refresh, INTERVAL);
}

async function overview() {
	const node = await read(ENDPOINT);
	setText($("node"), `Node ${node.node.name}${node.node.draining ? ", draining" : ""}`);
	const types = Object.entries(node.actors ?? {});
	const total = (name) => types.reduce((sum, [, counts]) => sum + counts[name], 0);
	facts($("numbers"), {
		"Instances awake": number.format(total("awake")),
		"Connections": number.format(node.connections?.open ?? total("connections")),
		"Turns waiting": number.format(total("pendingTurns")),
		"Queued for clients": node.queues && bytes(node.queues.bytes),
		"Events dropped": node.queues && number.format(node.queues.droppedEvents),
		"Workers busy": node.workers && `${node.workers.busy} of ${node.workers.max}`,
		"Schedule runs failed": node.schedules?.failures ? `${number.format(node.schedules.failures)} (${node.schedules.lastError})` : undefined,
		"Limits hit": number.format((node.limits ?? []).reduce((sum, limit) => sum + limit.hits, 0)),
		"Nodes": node.cluster?.nodes,
	});
	sync($("namespaces"), node.namespaces ?? [], (name) => name, (name) => element("option", { value: name }), () => {});
	sync($("actors"), types, ([name]) => name,
		([name]) => element("li", {}, element("button", { type: "button", onclick: () => chooseActor(name) },
			element("b"), element("span"))),
		(child, [name, counts]) => choice(child, name, `${number.format(counts.awake)} awake`, name === actor));
}

function choice(child, name, note, current) {
	const button = child.firstElementChild;
	setText(button.firstElementChild, name);
	setText(button.lastElementChild, note);
	button.setAttribute("aria-current", String(current));
}

function chooseNamespace(name) {
	namespace = name || "default";
	$("namespace").value = namespace;
	cursor = null;
	return refresh();
}

function chooseActor(name) {
	actor = name;
	cursor = null;
	$("instances").hidden = false;
	setText($("instances-title"), `Instances of ${name}`);
	return refresh();
}

async function instances() {
	if (!actor) {
		return;
	}
	const asked = actor;
	const within = namespace;
	const page = await read(`${ENDPOINT}/instances`, { actor, namespace, limit: 50, ...(cursor && { after: cursor }) });
	if (asked !== actor || within !== namespace) {
		return;
	}
	nextCursor = page.next ?? null;
	$("more-instances").hidden = !nextCursor;
	$("first-instances").hidden = !cursor;
	$("no-instances").hidden = page.instances.length > 0 || Boolean(nextCursor);
	sync($("instance-list"), page.instances, (each) => `${asked} ${page.namespace} ${each.key}`,
		(each) => element("li", {}, element("button", { type: "button", class: "key",
			onclick: () => visit({ actor: asked, key: each.key, namespace: page.namespace }) },
			element("b"), element("span"))),
		(child, each) => choice(child, each.key,
			each.status === "awake" ? plural(each.connections, "connection") : each.status,
			chosen?.actor === actor && chosen.namespace === page.namespace && chosen.key === each.key));
}

// One instance

function choose(wanted) {
	const same = JSON.stringify(wanted) === JSON.stringify(chosen);
	chosen = wanted;
	location.hash = new URLSearchParams(wanted);
	if (!same) {
		$("call-result").hidden = true;
		setText($("message"), "");
		recordedUntil = null;
		openEvents();
		loadActions();
	}
	return refresh();
}

/** Moves the focus too: on a phone the instance is below the lists. */
async function visit(wanted) {
	await choose(wanted);
	$("instance-title").focus();
}

async function instance() {
	if (!chosen) {
		return;
	}
	const asked = chosen;
	let found;
	try {
		found = await read(`${ENDPOINT}/instance`, asked);
	}
	catch (failure) {
		if (failure.status !== 404) {
			throw failure;
		}
		found = { status: "not found" };
	}
	if (asked !== chosen) {
		return;
	}
	$("welcome").hidden = true;
	$("instance").hidden = false;
	setText($("instance-title"), `${asked.actor} / ${asked.key}${asked.namespace === "default" ? "" : ` in ${asked.namespace}`}`);
	setText($("instance-status"), found.status);
	$("instance-status").dataset.state = found.status;
	$("sleep").hidden = !settings.writable || !["awake", "busy"].includes(found.status);
	$("record").hidden = !settings.writable || found.status !== "awake";
	facts($("facts"), {
		"Id": found.id,
		"Node": found.node,
		"Started": found.startedAt && time(found.startedAt),
		"Loaded": found.generation && `${plural(found.generation, "time")}`,
		"Turns waiting": found.pendingTurns,
		"Last turn of a client": found.idle !== undefined ? `${duration(found.idle)} ago` : undefined,
		"Position": found.position?.sequence,
		"History": found.history && `${plural(found.history.events, "event")}, ${bytes(found.history.bytes)}`,
		"Schedules": found.schedules?.length,
		"Deliveries recorded until": recordedUntil && new Date(recordedUntil) > new Date() ? time(recordedUntil) : undefined,
	});
	setText($("state-problem"), found.stateProblem ?? (found.stateTruncated ? "The state is long: this is its beginning." : ""));
	setText($("state"), found.state !== undefined ? JSON.stringify(found.state, null, 2)
		: found.status === "busy" ? "The current turn has not ended." : "No state is here.");
	$("state").hidden = found.stateProblem !== undefined;
	turns(found.turns ?? []);
	connections(found.connections ?? [], found.connectionsOmitted ?? 0);
}

const millis = (value) => `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 })} ms`;

function turns(list) {
	$("no-turns").hidden = list.length > 0;
	const seen = new Map(); // turns of the same instant
	sync($("turns"), list, (each) => {
		const count = (seen.get(each.startedAt) ?? 0) + 1;
		seen.set(each.startedAt, count);
		return `${each.startedAt} ${count} ${each.calls}`;
	}, (each) => element("li", {}, element("b", {}, each.calls.join(", ") || "message"), element("span"), element("i", {}, time(each.startedAt)),
		element("i", {}, `waited ${millis(each.waited)}`), element("i")),
	(child, each) => {
		setText(child.children[1], each.error ?? "");
		setText(child.lastElementChild, each.duration === undefined ? "runs" : `ran ${millis(each.duration)}`);
	});
}

function connections(list, omitted) {
	const shown = list.slice(0, MAX_CONNECTIONS);
	const hidden = list.length - shown.length + omitted;
	setText($("connections-title"), `Connections (${number.format(list.length + omitted)})`);
	setText($("no-connections"), hidden ? `${number.format(hidden)} more are not shown.` : "No client is connected.");
	$("no-connections").hidden = list.length > 0 && !hidden;
	sync($("connections"), shown, (each) => each.id, connection, (child, each) => {
		const [name, link, subscriptions] = child.children;
		setText(name, each.user ?? "anonymous");
		setText(link, [each.transport, each.encoding, each.status, `${bytes(each.queuedBytes ?? 0)} queued`,
			each.droppedEvents ? `${number.format(each.droppedEvents)} dropped` : undefined,
			each.handled !== undefined ? `handled ${each.handled}` : undefined, each.node && `on ${each.node}`]
			.filter(Boolean).join(" · "));
		setText(subscriptions, Object.entries(each.subscriptions ?? {})
			.map(([event, tags]) => tags.length ? `${event} (${tags.join(", ")})` : event).join(", ")
			|| "no subscription");
	});
}

function connection(each) {
	return element("li", {}, element("b"), element("p"), element("p"), settings.writable
		? element("button", { type: "button", class: "quiet", onclick: () => closeConnection(each),
			"aria-label": `Close connection ${each.id} of ${each.user ?? "anonymous"}` }, "Close") : undefined);
}

// Calls

const loadActions = () => attempt(async () => {
	const asked = chosen;
	const found = await read(`${UI}/actions`, { actor: asked.actor });
	if (asked === chosen) {
		actions = new Map(found.map((action) => [action.name, action.parameters]));
		sync($("action-names"), found, (action) => action.name, (action) => element("option", { value: action.name }), () => {});
		describeAction();
	}
});

/** Shows the parameters of the named action. */
function describeAction() {
	const parameters = actions.get($("call-action").value);
	setText($("call-signature"), parameters
		? `Parameters: ${parameters.map(({ name, type, optional }) => `${name}${optional ? "?" : ""}: ${type}`).join(", ") || "none"}`
		: `Actions: ${[...actions.keys()].join(", ") || "none for clients"}`);
}

const closeConnection = (each) => attempt(async () => {
	if (await confirmed(`Close connection ${each.id} of ${each.user ?? "an anonymous client"}? The client may reconnect.`)) {
		await write(`${ENDPOINT}/close`, { connection: each.id });
		await refresh();
	}
});

const sleep = () => attempt(async () => {
	if (await confirmed(`Put ${chosen.actor} / ${chosen.key} to sleep? The next use wakes it.`)) {
		const outcome = await write(`${ENDPOINT}/sleep`, chosen);
		setText($("message"), outcome.status === "sleeping" ? "" : "The instance is still awake.");
		await refresh();
	}
});

async function call(event) {
	event.preventDefault();
	const result = $("call-result");
	result.hidden = false;
	try {
		const args = JSON.parse($("call-args").value.trim() || "[]");
		if (!Array.isArray(args)) {
			throw new SyntaxError("The arguments must be a JSON array");
		}
		setText(result, "…");
		const outcome = await write(`${UI}/call`, { ...chosen, action: $("call-action").value, args });
		setText(result, shownResult(outcome));
	}
	catch (failure) {
		setText(result, failure.message);
	}
	refresh();
}

function shownResult(outcome) {
	if (outcome.error) {
		const { group, code, message, metadata } = outcome.error;
		return `${group}.${code}: ${message}${metadata ? `\n${JSON.stringify(metadata, null, 2)}` : ""}`;
	}
	return outcome.excerpt
		? `${outcome.excerpt}…\n${number.format(outcome.length)} characters`
		: "result" in outcome ? JSON.stringify(outcome.result, null, 2) : "The action has returned no result.";
}

// Events: newest first, live ones above those of the history

function openEvents() {
	source?.close();
	epoch = null;
	$("events").replaceChildren();
	$("older").hidden = true;
	showEmptiness();
	setText($("sampling"), settings.values ? "" : "Values are hidden: see management.endpoint.rivetevents.show-values.");
	listen();
}

function listen() {
	let leftOut = 0;
	const feed = source = new EventSource(`${UI}/events?${new URLSearchParams(chosen)}`);
	feed.onopen = () => {
		live("live");
		newest(); // for what was sent before, or while the feed was closed
	};
	feed.onerror = () => {
		live("not live");
		if (feed.readyState === EventSource.CLOSED && source === feed) { // the server has refused it
			newest();
			setTimeout(() => source === feed && listen(), RETRY);
		}
	};
	feed.onmessage = ({ data }) => {
		const batch = JSON.parse(data);
		if (paused || source !== feed) {
			return;
		}
		batch.events.forEach((event) => add({ ...event, at: batch.at }));
		leftOut += batch.leftOut;
		if (batch.leftOut) {
			setText($("sampling"), `At most 20 events a second are shown: ${number.format(leftOut)} left out.`);
			$("events").prepend(element("li", { class: "left-out" }, `${plural(batch.leftOut, "event")} left out`));
		}
		trim();
		showEmptiness();
	};
}

function live(state) {
	setText($("live"), state);
	$("live").dataset.state = state;
}

const rows = () => Array.from($("events").querySelectorAll("li[data-key]"));
const find = (sequence) => $("events").querySelector(`[data-key="${Number(sequence)}"]`);

/** Adds an event by its position, unless it is there. */
function add(event) {
	if (epoch !== null && event.epoch !== epoch) {
		$("events").replaceChildren(); // the instance counts anew
	}
	epoch = event.epoch;
	if (find(event.sequence)) {
		return;
	}
	const present = rows();
	const next = present.find((each) => Number(each.dataset.key) < event.sequence);
	if (next === present[0]) {
		$("events").prepend(row(event)); // above the number of those that were left out
	}
	else if (!next) {
		$("events").append(row(event));
	}
	else {
		next.before(row(event));
	}
}

function trim() {
	while ($("events").children.length > MAX_EVENTS) {
		$("events").lastElementChild.remove();
		$("older").hidden = false;
	}
}

const timeline = (parameters) => read(`${UI}/timeline`, { ...chosen, ...parameters });

const newest = () => attempt(async () => {
	const asked = chosen;
	const page = await timeline({});
	if (asked !== chosen) {
		return;
	}
	const oldest = page.events.at(-1)?.sequence;
	const overlaps = page.events.some((event) => event.epoch === epoch && find(event.sequence));
	if (page.more && !overlaps) { // those between the page and older rows were missed
		rows().filter((each) => Number(each.dataset.key) < oldest).forEach((each) => each.remove());
	}
	page.events.forEach(add);
	if (rows().at(-1)?.dataset.key === String(oldest)) {
		$("older").hidden = !page.more;
	}
	trim();
	showEmptiness();
});

const older = () => attempt(async () => {
	const asked = chosen;
	const counted = epoch;
	const oldest = rows().at(-1)?.dataset.key;
	const page = await timeline(oldest && { before: oldest });
	if (asked !== chosen || counted !== epoch) {
		return;
	}
	if (page.events.some((event) => event.epoch !== epoch)) {
		return newest(); // the position was one of another epoch
	}
	page.events.forEach(add);
	$("older").hidden = !page.more;
	showEmptiness();
});

const showEmptiness = () => $("no-events").hidden = $("events").children.length > 0;

function row(event) {
	const args = event.args !== undefined ? JSON.stringify(event.args) : event.excerpt ? `${event.excerpt}…` : "";
	const deliveries = element("pre", { tabindex: "0", "aria-label": "Deliveries", hidden: "" });
	return element("li", { "data-key": event.sequence }, element("details", {},
		element("summary", {}, element("i", {}, `#${event.sequence}`), element("b", {}, event.event),
			element("i", {}, event.targeted !== undefined ? `${event.queued} of ${event.targeted}` : ""),
			element("i", {}, time(event.at)), element("code", {}, args)),
		element("div", {},
			element("pre", { tabindex: "0", "aria-label": "Arguments" }, event.args !== undefined
				? JSON.stringify(event.args, null, 2) : args || "The arguments are not shown."),
			event.tags && element("p", { class: "hint" }, `Tags: ${event.tags.join(", ")}`),
			element("button", { type: "button", class: "quiet", onclick: () => explain(event, deliveries) }, "Deliveries"),
			deliveries)));
}

const explain = (event, target) => attempt(async () => {
	const found = await read(`${ENDPOINT}/deliveries`, { ...chosen, position: event.sequence });
	const deliveries = found.deliveries.filter((each) => each.position?.epoch === event.epoch);
	target.hidden = false;
	setText(target, deliveries.length ? deliveries.map((each) =>
		`${each.user ?? each.connection ?? "all"}: ${each.steps.map(({ step, reason }) =>
			reason ? `${step} (${reason})` : step).join(", ")}`).join("\n") : "No delivery is recorded.");
});

// Start

$("pause").addEventListener("click", () => {
	paused = !paused;
	$("pause").setAttribute("aria-pressed", String(paused));
	if (paused) {
		status("paused", "paused");
	}
	else if (chosen) {
		newest();
	}
	refresh();
});
$("open").addEventListener("submit", (event) => {
	event.preventDefault();
	visit({ actor, key: $("open-key").value, namespace });
});
$("more-instances").addEventListener("click", () => { cursor = nextCursor; refresh(); });
$("first-instances").addEventListener("click", () => { cursor = null; refresh(); });
$("namespace").addEventListener("change", () => chooseNamespace($("namespace").value.trim()));
$("call-action").addEventListener("input", describeAction);
$("older").addEventListener("click", () => older());
$("sleep").addEventListener("click", sleep);
$("record").addEventListener("click", () => attempt(async () => {
	const asked = chosen;
	const outcome = await write(`${ENDPOINT}/record`, { ...asked, seconds: 60 });
	if (asked === chosen) {
		recordedUntil = outcome.recordedUntil ?? null; // none if all instances are recorded
	}
	await refresh();
}));
$("call").addEventListener("submit", call);
document.addEventListener("visibilitychange", refresh);

try {
	await loadSettings();
	const wanted = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
	if (wanted.actor && wanted.key) {
		await chooseNamespace(wanted.namespace);
		await chooseActor(wanted.actor);
		await choose({ actor: wanted.actor, key: wanted.key, namespace });
	}
}
catch (failure) {
	status("failed", failure.message);
}
refresh();
