/**
 * The default of a `switch` over kinds: it does not compile if a kind is not handled. At run time it ignores a kind that
 * only a newer server sends.
 */
export const unreachable = (_: never): void => {};
