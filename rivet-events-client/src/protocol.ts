// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Messages of the extended mode, see docs/protocol.md of the server.

import type { StreamItem } from "./event-stream.js";
import { decode } from "./values.js";

export interface WireError {
	group: string;
	code: string;
	message: string;
	metadata?: unknown;
}

export interface Resume {
	epoch: string;
	position: number;
	stream: string;
	secret: string;
}

export interface Subscription {
	eventName: string;
	tags?: string[];
}

/** Fields that are undefined are absent in JSON. */
export interface Hello {
	subscriptions: Subscription[];
	resume?: Resume | undefined;
	snapshot?: { name: string; args: [] } | undefined;
	params?: unknown;
	credentials?: unknown;
	contract?: string | undefined;
}

export interface Init {
	actorId: string;
	connectionId: string;
	epoch: string;
	position: number;
	stream: string;
	secret: string;
	outcome: "fresh" | "resumed" | "resynced";
	replayed?: number;
	reason?: string;
	keepAlive: number;
	snapshot?: unknown;
	snapshotError?: WireError;
	refused?: { eventName: string; error: WireError }[];
	contractChanged?: boolean;
}

export type Advice = "retry" | "later" | "credentials" | "never";

export interface Close extends WireError {
	advice: Advice;
	retryAfter?: number | undefined;
}

export type FromServer =
	| { tag: "Init"; val: Init }
	| {
			tag: "Event";
			val: {
				name: string;
				args: unknown[];
				pos?: number | undefined;
				tags?: string[] | undefined;
				eventId?: string | undefined;
				traceparent?: string | undefined;
			};
	  }
	| { tag: "ActionResponse"; val: { id: number; output: unknown } }
	| { tag: "Error"; val: WireError & { actionId?: number | null } }
	| {
			tag: "SubscriptionResponse";
			val: { eventName: string; subscribe: boolean; position: number; error?: WireError };
	  }
	| { tag: "Gap"; val: { reason: "dropped" | "volatile"; events: string[]; position: number } }
	| { tag: "KeepAlive"; val: { position: number } }
	/** The credentials end in `remaining` milliseconds; the server requests new ones. */
	| { tag: "Expiring"; val: { remaining: number } }
	| { tag: "AuthenticateResponse"; val: { remaining?: number; error?: WireError } }
	| { tag: "GoingAway"; val: { delay: number } }
	| { tag: "Close"; val: Close }
	| { tag: "Unreadable"; val: Unreadable };

/** Stands for a message that cannot be read, with the parts of it that could be read. */
export interface Unreadable {
	cause: unknown;
	/** Id of the call that it answers. */
	actionId: number | undefined;
	/** Position of the stream after it. */
	position: number | undefined;
}

/** Values of the application are encoded already, so writing a message cannot fail. */
export type ToServer =
	| { tag: "Hello"; val: Hello }
	| {
			tag: "ActionRequest";
			val: {
				id: number;
				name: string;
				args: unknown[];
				oneWay?: boolean;
				/** Absent in JSON if undefined, as the next two. */
				deadline?: number | undefined;
				idempotencyKey?: string | undefined;
				traceparent?: string | undefined;
				handled?: number;
			};
	  }
	| { tag: "SubscriptionRequest"; val: { eventName: string; subscribe: boolean; tags?: string[]; handled?: number } }
	| { tag: "Authenticate"; val: { credentials: unknown } }
	| { tag: "Cancel"; val: { id: number; handled?: number } };

/** Limit in bytes of messages whose size the client chooses; below the server's limit, 64 KB by default. */
export const MAX_BYTES = 32 * 1024;

const utf8 = new TextEncoder();

/** Returns the bytes of a text on the wire. */
export const bytesOf = (text: string): number => utf8.encode(text).length;

export const write = (message: ToServer): string => JSON.stringify({ body: message });

export const read = (text: string): FromServer => {
	try {
		const { tag, val } = JSON.parse(text).body;
		return { tag, val: decodeMessage(tag, val) } as FromServer;
	} catch (cause) {
		const answered = /"tag":"(?:ActionResponse|Error)"/.test(text);
		return unreadable(cause, answered ? text : "", /"pos(?:ition)?":(\d+)[}\s]*$/.exec(text)?.[1]);
	}
};

type Tag = FromServer["tag"];

/** Names of messages in an event stream. An `Event` has the name of the event, and `Unreadable` is not sent. */
const STREAM_NAMES: Record<Exclude<Tag, "Event" | "Unreadable">, string> = {
	Init: "rivet:init",
	ActionResponse: "rivet:response",
	Error: "rivet:error",
	SubscriptionResponse: "rivet:subscription",
	Gap: "rivet:gap",
	KeepAlive: "rivet:keepalive",
	Expiring: "rivet:expiring",
	AuthenticateResponse: "rivet:authenticated",
	GoingAway: "rivet:goingaway",
	Close: "rivet:close",
};

const TAGS = new Map(Object.entries(STREAM_NAMES).map(([tag, name]) => [name, tag as Tag]));

/** Reads an item of an event stream. */
export const readItem = ({ event, data, id, tags, eventId, traceparent }: StreamItem): FromServer => {
	const position = /-(\d+)$/.exec(id)?.[1];
	const tag = TAGS.get(event);
	try {
		const value = decodeMessage(tag, JSON.parse(data));
		if (tag) return { tag, val: value } as FromServer;
		const more = { pos: numberOf(position), tags: tags ? JSON.parse(tags) : undefined, eventId, traceparent };
		return { tag: "Event", val: { name: event, args: value, ...more } };
	} catch (cause) {
		return unreadable(cause, tag === "ActionResponse" || tag === "Error" ? data : "", position);
	}
};

/** A snapshot that cannot be read is reported as a failed one; the connection is open nevertheless. */
const decodeMessage = (tag: string | undefined, val: any): any => {
	if (tag !== "Init" || !("snapshot" in val)) return decode(val);
	const { snapshot, ...init } = val;
	try {
		return { ...decode(init), snapshot: decode(snapshot) };
	} catch (cause) {
		const message = `The snapshot cannot be read: ${cause}`;
		return { ...decode(init), snapshotError: { group: "client", code: "unreadable", message } };
	}
};

const unreadable = (cause: unknown, answer: string, position: string | undefined): FromServer => {
	const action = /"(?:id|actionId)":(\d+)/.exec(answer)?.[1];
	return { tag: "Unreadable", val: { cause, actionId: numberOf(action), position: numberOf(position) } };
};

const numberOf = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));

/** Name, key and lookup of an instance. */
export interface Address {
	name: string;
	method: "get" | "getOrCreate";
	key: readonly string[];
}

/** Returns the URL of a route of an instance. */
export function gatewayUrl(base: string, address: Address, route: string): string {
	const query = new URLSearchParams({ "rvt-namespace": "default", "rvt-method": address.method });
	if (address.method === "getOrCreate") {
		query.set("rvt-runner", "default");
		query.set("rvt-crash-policy", "sleep");
	}
	if (address.key.length > 0) query.set("rvt-key", address.key.join(","));
	return `${base}/gateway/${encodeURIComponent(address.name)}/${route}?${query}`;
}
