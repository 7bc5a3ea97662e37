// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { WebSocket as NodeWebSocket } from "ws";
import { createClient } from "../src/index";
import type { ActorConnection, ClientOptions, ConnectionStatus } from "../src/index";

/** Base URL of a server with the sample's actors. */
export const SERVER = process.env.RIVET_URL;

export const TRANSPORTS = ["websocket", "sse"] as const;

let keys = 0;

/** A key that no other test uses. */
export const freshKey = () => `k${Date.now().toString(36)}-${++keys}`;

export const options = (more: ClientOptions = {}): ClientOptions => ({
	WebSocket: NodeWebSocket as unknown as NonNullable<ClientOptions["WebSocket"]>,
	reconnect: { minDelay: 20, maxDelay: 500 },
	...more,
});

export const client = (base: string, more: ClientOptions = {}) => createClient(base, options(more));

/** Waits until something is so. */
export async function until(condition: () => unknown, limit = 10_000): Promise<void> {
	const end = Date.now() + limit;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`It did not come to pass: ${condition}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** Waits for a status of a connection, however short it is. */
export const reached = (connection: ActorConnection, wanted: ConnectionStatus["status"]) =>
	new Promise<ConnectionStatus>((resolve) => connection.onStatus((status) => status.status === wanted && resolve(status)));

export const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
