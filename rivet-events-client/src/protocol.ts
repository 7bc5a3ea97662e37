// The messages of the extended mode: docs/protocol.md of the server.

import { decode, encode } from "./values.js";

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

export interface Hello {
	subscriptions: Subscription[];
	resume?: Resume;
	snapshot?: { name: string; args: [] };
	params?: unknown;
	credentials?: unknown;
	contract?: string;
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
	retryAfter?: number;
}

export type FromServer =
	| { tag: "Init"; val: Init }
	| { tag: "Event"; val: { name: string; args: unknown[]; pos?: number } }
	| { tag: "ActionResponse"; val: { id: number; output: unknown } }
	| { tag: "Error"; val: WireError & { actionId: number | null } }
	| {
			tag: "SubscriptionResponse";
			val: { eventName: string; subscribe: boolean; position: number; error?: WireError };
	  }
	| { tag: "Gap"; val: { reason: "dropped" | "volatile"; events: string[]; position: number } }
	| { tag: "KeepAlive"; val: { position: number } }
	| { tag: "GoingAway"; val: { delay: number } }
	| { tag: "Close"; val: Close };

export type ToServer =
	| { tag: "Hello"; val: Hello }
	| {
			tag: "ActionRequest";
			val: {
				id: number;
				name: string;
				args: unknown[];
				oneWay?: boolean;
				deadline?: number;
				idempotencyKey?: string;
			};
	  }
	| { tag: "SubscriptionRequest"; val: { eventName: string; subscribe: boolean; tags?: string[] } }
	| { tag: "Cancel"; val: { id: number } };

export const write = (message: ToServer): string =>
	JSON.stringify({ body: { tag: message.tag, val: encode(message.val) } });

export const read = (text: string): FromServer => {
	const { tag, val } = JSON.parse(text).body;
	return { tag, val: decode(val) };
};

/** The tags of what an event stream names. */
const TAGS: Record<string, FromServer["tag"]> = {
	"rivet:init": "Init",
	"rivet:response": "ActionResponse",
	"rivet:error": "Error",
	"rivet:subscription": "SubscriptionResponse",
	"rivet:gap": "Gap",
	"rivet:keepalive": "KeepAlive",
	"rivet:goingaway": "GoingAway",
	"rivet:close": "Close",
};

/** Reads an item of an event stream. */
export const readItem = (event: string, data: string, id: string): FromServer => {
	const value = decode(JSON.parse(data));
	const tag = TAGS[event];
	if (tag) return { tag, val: value } as FromServer;
	const position = /-(\d+)$/.exec(id)?.[1];
	const numbered = position === undefined ? {} : { pos: Number(position) };
	return { tag: "Event", val: { name: event, args: value, ...numbered } };
};

/** Which instance. */
export interface Address {
	name: string;
	method: "get" | "getOrCreate";
	key: readonly string[];
}

/** The URL of a route of an instance. */
export function gatewayUrl(base: string, address: Address, route: string): string {
	const query = new URLSearchParams({ "rvt-namespace": "default", "rvt-method": address.method });
	if (address.method === "getOrCreate") {
		query.set("rvt-runner", "default");
		query.set("rvt-crash-policy", "sleep");
	}
	if (address.key.length > 0) query.set("rvt-key", address.key.join(","));
	return `${base}/gateway/${encodeURIComponent(address.name)}/${route}?${query}`;
}
