// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** The longest delay that timers support; a longer one would end at once. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** Returns milliseconds of a monotonic clock, for differences only. */
export const now = (): number => performance.now();

/** Calls a function after a time in milliseconds; never, if the delay is longer than timers support. */
export const after = (millis: number, call: () => void): ReturnType<typeof setTimeout> | undefined =>
	millis > MAX_TIMER_MILLIS ? undefined : setTimeout(call, millis);

/** Returns a delay of the server in milliseconds, or `undefined` if it is invalid: a timer would end at once. */
export const toldMillis = (value: unknown): number | undefined =>
	typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

/** Waits for a promise of the application or the network, at most for a time in milliseconds. */
export async function within<T>(millis: number, what: string, call: () => T | PromiseLike<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = after(millis, () => reject(new Error(`${what} did not settle within ${millis} ms`)));
	});
	try {
		return await Promise.race([Promise.resolve().then(call), late]);
	} finally {
		clearTimeout(timer);
	}
}
