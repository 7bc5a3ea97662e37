// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Traces of calls and events, with OpenTelemetry's SDK for Node.
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ActorConnection, ClientOptions, TraceHook } from "../src/index";
import { openTelemetry } from "../src/opentelemetry";
import { traced as tracedCall } from "../src/tracing";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, TRANSPORTS, until } from "./support";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

const spans = () =>
	exporter.getFinishedSpans().map((span) => ({
		name: span.name,
		kind: span.kind,
		status: span.status.code,
		parent: span.parentSpanContext?.spanId,
		traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`,
	}));

let server: ScriptedServer;
const toDispose: { dispose(): Promise<void> }[] = [];

beforeEach(async () => {
	server = await startScriptedServer();
});
afterEach(async () => {
	await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	await server.close();
	exporter.reset();
});

const make = (more: ClientOptions) => {
	const made = client(server.url, more);
	toDispose.push(made);
	return made;
};

const connect = async (more: ClientOptions): Promise<ActorConnection> => {
	const room = make(more).room!.getOrCreate(["k"]).connect();
	await room.ready();
	return room;
};

/** Returns the next call that arrives, and answers it. */
const arrived = async (answer: unknown = null): Promise<any> => {
	const before = server.received.length;
	await until(() => server.received.slice(before).some(({ tag }) => tag === "ActionRequest"));
	const { val } = server.received.slice(before).find(({ tag }) => tag === "ActionRequest") as any;
	if (!val.oneWay) server.send({ tag: "ActionResponse", val: { id: val.id, output: answer } });
	return val;
};

const traced = (traceparent: string | undefined, name = "moved") =>
	server.send({ tag: "Event", val: { name, args: ["e4"], ...(traceparent ? { traceparent } : {}) } });

describe.each(TRANSPORTS)("OpenTelemetry over %s", (transport) => {
	beforeAll(() => provider.register());
	afterAll(() => trace.disable());

	test("a call has a span, and the server receives it", async () => {
		const room = await connect({ transport, onTrace: openTelemetry() });
		const request = arrived(7);
		await trace.getTracer("page").startActiveSpan("click", async (click) => {
			expect(await room.move!("e4")).toBe(7);
			click.end();
		});
		const [call, click] = spans();
		expect(call).toMatchObject({ name: "rivet room move", kind: 2, parent: click!.traceparent.split("-")[2] });
		expect((await request).traceparent).toBe(call!.traceparent);
	});

	test("a call without a result has a span", async () => {
		const room = await connect({ transport, onTrace: openTelemetry() });
		room.fire.move!("e4");
		const request = await arrived();
		expect(request.oneWay).toBe(true);
		await until(() => spans().length > 0);
		expect(request.traceparent).toBe(spans()[0]!.traceparent);
	});

	test("a failed call has a failed span", async () => {
		const room = await connect({ transport, onTrace: openTelemetry() });
		const call = room.move!("e4");
		await until(() => server.received.some(({ tag }) => tag === "ActionRequest"));
		const error = { group: "user", code: "no", message: "No", actionId: 1 };
		server.send({ tag: "Error", val: error });
		await expect(call).rejects.toMatchObject({ code: "no" });
		expect(spans()).toMatchObject([{ name: "rivet room move", status: 2 }]);
	});

	test("listeners continue the trace of an event", async () => {
		const room = await connect({ transport, onTrace: openTelemetry() });
		const seen: unknown[] = [];
		room.on("moved", (move: unknown) => {
			seen.push(move);
			trace.getTracer("page").startSpan("draw").end();
		});
		traced(PARENT);
		await until(() => seen.length === 1);
		const [draw, event] = spans();
		expect(event).toMatchObject({ name: "rivet room moved", kind: 4, parent: "00f067aa0ba902b7" });
		expect(event!.traceparent).toContain("4bf92f3577b34da6a3ce929d0e0e4736");
		expect(draw!.parent).toBe(event!.traceparent.split("-")[2]);
		traced(undefined);
		await until(() => seen.length === 2);
		expect(spans()).toHaveLength(3); // the event has none
	});
});

describe("a hook", () => {
	test("is not asked, and nothing is sent, without one", async () => {
		const room = await connect({});
		const request = arrived();
		await room.move!("e4");
		expect(await request).not.toHaveProperty("traceparent");
		const seen: unknown[] = [];
		room.on("moved", (move: unknown) => seen.push(move));
		traced(PARENT);
		await until(() => seen.length === 1);
	});

	test("gets calls and events", async () => {
		const events: unknown[] = [];
		const onTrace: TraceHook = {
			call: ({ actor, action }, send) => {
				events.push(`${actor}.${action}`);
				return send(PARENT);
			},
			event: (info, handle) => {
				events.push(info);
				handle();
			},
		};
		const room = await connect({ onTrace });
		const request = arrived();
		await room.move!("e4");
		expect((await request).traceparent).toBe(PARENT);
		room.on("moved", (move: unknown) => events.push(move));
		traced(PARENT);
		await until(() => events.length === 3);
		expect(events).toEqual(["room.move", { actor: "room", event: "moved", traceparent: PARENT }, "e4"]);
	});

	test("that throws reports the event", async () => {
		const broken = () => {
			throw new Error("broken");
		};
		const room = await connect({ onTrace: { event: broken } });
		const errors: unknown[] = [];
		room.onError((error) => errors.push(error));
		traced(PARENT);
		await until(() => errors.length === 1);
		expect(room.status.status).toBe("open");
	});

	test("gives calls over HTTP the header", async () => {
		const headers: unknown[] = [];
		const fetch: typeof globalThis.fetch = async (_, init) => {
			headers.push((init!.headers as Record<string, string>).traceparent);
			return new Response('{"output":1}');
		};
		const onTrace: TraceHook = { call: (_, send) => send(PARENT) };
		await make({ fetch, onTrace }).room!.getOrCreate(["k"]).move!("e4");
		await make({ fetch }).room!.getOrCreate(["k"]).move!("e4");
		expect(headers).toEqual([PARENT, undefined]);
	});
});

describe("a hook that does not do as it must", () => {
	const settings = (call: unknown) => ({
		options: { onTrace: { call } as TraceHook },
		address: { name: "room", key: ["k"] } as never,
	});

	test.each([
		["returns nothing", (_: unknown, send: (parent: string) => void) => void send(PARENT)],
		["sends twice", (_: unknown, send: (parent: string) => Promise<number>) => send(PARENT).then(() => send(PARENT))],
		["does not send and returns nothing", () => undefined],
	])("%s: the call is sent once", async (_, call) => {
		const sent: unknown[] = [];
		const result = await tracedCall(settings(call), "order", async (parent) => sent.push(parent));
		expect(result).toBe(1);
		expect(sent).toHaveLength(1);
	});

	test("throws: the call fails", async () => {
		const call = () => {
			throw new Error("broken");
		};
		await expect(tracedCall(settings(call), "order", async () => 1)).rejects.toThrow("broken");
	});
});
