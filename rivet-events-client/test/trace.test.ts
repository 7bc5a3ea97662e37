// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The pages of one trace: a click in one client, and the handler of the event in another. A test of the server starts it, and
// compares the spans that it writes with those of the server.
import { writeFileSync } from "node:fs";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterAll, describe, expect, test } from "vitest";
import { openTelemetry } from "../src/opentelemetry";
import { client, freshKey, SERVER, TRANSPORTS, until } from "./support";

/** File for the spans. */
const SPANS = process.env.RIVET_SPANS;

/** Beginning of the keys of the counters. */
const KEY = process.env.RIVET_KEY;

describe.skipIf(!SERVER || !SPANS)("with a server that traces", () => {
	const exporter = new InMemorySpanExporter();
	new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
	const tracer = trace.getTracer("page");

	afterAll(() => {
		const spans = exporter.getFinishedSpans().map((span) => ({
			name: span.name,
			...span.spanContext(),
			parent: span.parentSpanContext?.spanId ?? "",
		}));
		writeFileSync(SPANS!, JSON.stringify(spans));
	});

	test.each([...TRANSPORTS, "http" as const])("clicks and draws, over %s", async (transport) => {
		const key = KEY ? `${KEY}-${transport}` : freshKey();
		const pages = [1, 2].map(() =>
			client(SERVER!, { transport: transport === "http" ? "auto" : transport, onTrace: openTelemetry() }),
		);
		const [clicked, drawing] = pages.map((page) => page.counter!.getOrCreate([key]));
		const connection = transport === "http" ? undefined : clicked!.connect();
		const receiver = drawing!.connect();
		const drawn: unknown[] = [];
		receiver.on("newCount", (count: unknown) => {
			tracer.startActiveSpan(`draw over ${transport}`, (span) => span.end());
			drawn.push(count);
		});
		await Promise.all([connection?.ready(), receiver.ready()]);
		await tracer.startActiveSpan(`click over ${transport}`, async (span) => {
			expect(await (connection ?? clicked!).increment!(3)).toBe(3);
			span.end();
		});
		await until(() => drawn.length === 1);
		await Promise.all(pages.map((page) => page.dispose()));
	});
});
