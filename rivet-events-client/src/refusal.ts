// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The meaning of an HTTP status for a connection.

import type { Advice, Close, WireError } from "./protocol.js";
import { decode } from "./values.js";

/** Advice for a status. Without an entry: `later` from 500 on, else `never`. */
const ADVICE: Record<number, Advice> = {
	401: "credentials",
	403: "credentials",
	408: "later", // request timeout
	421: "later", // misdirected: another connection may work
	425: "later", // too early
	429: "later", // too many requests
	501: "never",
};

const adviceOf = (status: number): Advice => ADVICE[status] ?? (status >= 500 ? "later" : "never");

/** Statuses of a server or a proxy without such a route; a missing instance has an error of rivet-events. */
const NO_ROUTE = new Set([404, 405, 501]);

/** Used if a proxy refuses a message for its length, since it sends no `Close`. */
export const TOO_LONG: Close = {
	group: "message",
	code: "incoming_too_long",
	message: "The message is too long.",
	advice: "retry",
};

export const isTooLong = ({ group, code }: WireError): boolean => group === TOO_LONG.group && code === TOO_LONG.code;

/**
 * Returns whether messages were refused for their content and would be refused again: too long, or blocked by a proxy.
 * The connection stays open.
 */
export const isOfMessage = (status: number, error: WireError): boolean =>
	isTooLong(error) ||
	(error.group === "http" && !NO_ROUTE.has(status) && (status === 403 || adviceOf(status) === "never"));

/** Returns the error of an HTTP response, which can be a problem document (RFC 9457). */
export const errorOf = (status: number, body: string): WireError => {
	try {
		const { code: reason, detail, message = detail, metadata, ...told } = decode(JSON.parse(body));
		// a problem document can have both in one
		const [group, code] = told.group === undefined ? reason.split(".") : [told.group, reason];
		if (typeof group === "string" && typeof code === "string") return { group, code, message: String(message), metadata };
	} catch {
		// not from rivet-events: there is only the status
	}
	return { group: "http", code: String(status), message: `The server answers ${status}` };
};

/** Returns the `Close` that corresponds to an HTTP response; `undefined` if there is no such route. */
export const refusalOf = (response: Response, body: string, advice = adviceOf(response.status)): Close | undefined => {
	const { status, headers } = response;
	const error = errorOf(status, body);
	if (NO_ROUTE.has(status) && error.group === "http") return undefined;
	const retryAfter = advice === "later" ? readRetryAfter(headers) : undefined;
	return { ...error, advice, retryAfter };
};

/** Returns the milliseconds of `Retry-After`, given in seconds or as a date; a date is compared with the header `Date`. */
const readRetryAfter = (headers: Headers): number | undefined => {
	const told = headers.get("retry-after")?.trim();
	if (!told) return undefined;
	if (/^\d+$/.test(told)) return Number(told) * 1000;
	const date = Date.parse(headers.get("date") ?? "") || Date.now();
	const delay = Date.parse(told) - date;
	return Number.isNaN(delay) ? undefined : Math.max(0, delay);
};
