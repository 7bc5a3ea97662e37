/**
 * Ends a `switch` over kinds or states: it does not compile as long as one of them is not handled. At run time it
 * ignores a kind that only a newer server sends.
 */
export const unreachable = (_: never): void => {};
