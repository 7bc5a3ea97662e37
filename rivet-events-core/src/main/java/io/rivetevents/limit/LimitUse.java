/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import org.jspecify.annotations.Nullable;

/**
 * What one owner uses of a limit.
 *
 * @param limit the limit
 * @param owner the owner, {@code null} for the node
 * @param used what it uses; for a rate what is missing from the burst, which can be more
 * than the rate
 * @param max the limit
 */
public record LimitUse(Limit limit, @Nullable String owner, long used, long max) {
}
