// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** An error of the server about a call, a subscription or a connection. */
export class ActorError extends Error {
	override readonly name = "ActorError";
	/** Group of the error, such as `user` or `actor`. */
	readonly group: string;
	/** Code of the error, unique within its group. */
	readonly code: string;
	/** Details for programs. */
	readonly metadata: unknown;

	constructor(error: { group: string; code: string; message: string; metadata?: unknown }) {
		super(error.message);
		this.group = error.group;
		this.code = error.code;
		this.metadata = error.metadata;
	}
}

/**
 * The connection was lost, or there is none. `mayHaveRun` is `true` if the call was sent: its outcome is unknown. The
 * client does not repeat it. `cause` is the refusal of the server, if there is one.
 */
export class ConnectionLostError extends Error {
	override readonly name = "ConnectionLostError";

	constructor(
		message: string,
		readonly mayHaveRun: boolean,
		cause?: unknown,
	) {
		super(message, cause === undefined ? {} : { cause });
	}
}

/** Reports an error for which there is no listener, without ending a process. */
export const reportToHost = (error: unknown): void => {
	if (typeof reportError === "function") reportError(error);
	else console.error("rivet-events: a listener to errors failed:", error);
};
