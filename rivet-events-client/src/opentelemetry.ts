// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import {
	context,
	type Context,
	isSpanContextValid,
	ROOT_CONTEXT,
	type Span,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	trace,
} from "@opentelemetry/api";
import type { TraceHook } from "./types.js";

/**
 * Returns the hook for OpenTelemetry: a span for each call, and one for each event that is part of a trace. Without an SDK
 * it does nothing.
 */
export function openTelemetry(): TraceHook {
	const tracer = () => trace.getTracer("rivet-events-client");
	return {
		async call({ actor, action }, send) {
			const options = { kind: SpanKind.CLIENT, attributes: { "rivet.actor": actor, "rivet.action": action } };
			const span = tracer().startSpan(`rivet ${actor} ${action}`, options);
			try {
				return await context.with(trace.setSpan(context.active(), span), () => send(write(span.spanContext())));
			} catch (error) {
				fail(span, error);
				throw error;
			} finally {
				span.end();
			}
		},
		event({ actor, event, traceparent }, handle) {
			const options = { kind: SpanKind.CONSUMER, attributes: { "rivet.actor": actor, "rivet.event": event } };
			const span = tracer().startSpan(`rivet ${actor} ${event}`, options, parent(traceparent));
			try {
				context.with(trace.setSpan(context.active(), span), handle);
			} finally {
				span.end();
			}
		},
	};
}

const fail = (span: Span, error: unknown): void => {
	const exception = error instanceof Error ? error : String(error);
	span.recordException(exception);
	span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
};

/** The format of https://www.w3.org/TR/trace-context/#traceparent-header, whatever propagator the page has. */
const write = (span: SpanContext): string | undefined =>
	isSpanContextValid(span)
		? `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, "0")}`
		: undefined;

const parent = (traceparent: string): Context => {
	const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
	if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
	return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true });
};
