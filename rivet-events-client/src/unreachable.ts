// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The default of a `switch` over kinds: it does not compile if a kind is not handled. At run time it ignores a kind that
 * only a newer server sends.
 */
export const unreachable = (_: never): void => {};
