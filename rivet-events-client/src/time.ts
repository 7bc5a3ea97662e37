/** The longest delay that timers know; a longer one would end at once. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** Milliseconds of a monotonic clock; of use for differences alone. */
export const now = (): number => performance.now();

/** Calls a function after a time in milliseconds. A delay that is longer than timers know never ends. */
export const after = (millis: number, call: () => void): ReturnType<typeof setTimeout> | undefined =>
	millis > MAX_TIMER_MILLIS ? undefined : setTimeout(call, millis);

/** Milliseconds that a server tells; `undefined` for what is no time, which a timer would take for none to wait. */
export const toldMillis = (value: unknown): number | undefined =>
	typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

/** Waits for something of the application or the network, for a limited time in milliseconds. */
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
