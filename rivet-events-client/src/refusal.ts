// What a status of HTTP means for a connection.

import type { Advice, Close, WireError } from "./protocol.js";
import { decode } from "./values.js";

/** What a client can do about a status; those from 500 on pass, and about the others it can do nothing. */
const ADVICE: Record<number, Advice> = {
	401: "credentials",
	403: "credentials",
	408: "later", // too slow
	421: "later", // another connection may be right
	425: "later", // too early
	429: "later", // too many
	501: "never",
};

const adviceOf = (status: number): Advice => ADVICE[status] ?? (status >= 500 ? "later" : "never");

/** Status with which a server or a proxy says that it has no such route, rather than no such instance. */
const NO_ROUTE = new Set([404, 405, 501]);

/** In the place of the `Close` that a proxy does not send. */
export const TOO_LONG: Close = {
	group: "message",
	code: "incoming_too_long",
	message: "The message is too long.",
	advice: "retry",
};

export const isTooLong = ({ group, code }: WireError): boolean => group === TOO_LONG.group && code === TOO_LONG.code;

/**
 * Whether messages were refused for what they are, and would be again: by their length, or by a proxy that does not
 * let them pass. The connection is as it was.
 */
export const isOfMessage = (status: number, error: WireError): boolean =>
	isTooLong(error) ||
	(error.group === "http" && !NO_ROUTE.has(status) && (status === 403 || adviceOf(status) === "never"));

/** What a refusal by HTTP says. */
export const errorOf = (status: number, body: string): WireError => {
	try {
		const { group, code, message, metadata } = decode(JSON.parse(body));
		if (typeof group === "string" && typeof code === "string") return { group, code, message: String(message), metadata };
	} catch {
		// not from an actor server: the status is all there is
	}
	return { group: "http", code: String(status), message: `The server answers ${status}` };
};

/** A refusal by HTTP, as one in the stream says it; `undefined` if there is no such route. */
export const refusalOf = (response: Response, body: string): Close | undefined => {
	const { status, headers } = response;
	const error = errorOf(status, body);
	if (NO_ROUTE.has(status) && error.group === "http") return undefined;
	const advice = adviceOf(status);
	const retryAfter = advice === "later" ? readRetryAfter(headers) : undefined;
	return { ...error, advice, ...(retryAfter === undefined ? {} : { retryAfter }) };
};

/** Milliseconds that `Retry-After` asks for, in seconds or as a date; by the clock of the server where it says it. */
const readRetryAfter = (headers: Headers): number | undefined => {
	const told = headers.get("retry-after")?.trim();
	if (!told) return undefined;
	if (/^\d+$/.test(told)) return Number(told) * 1000;
	const date = Date.parse(headers.get("date") ?? "") || Date.now();
	const delay = Date.parse(told) - date;
	return Number.isNaN(delay) ? undefined : Math.max(0, delay);
};
