/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;

/**
 * The answer of an instance to a call with an idempotency key. The byte array must not be
 * changed.
 *
 * @param key identifies caller, action, idempotency key and arguments: at most 64 ASCII
 * characters, unique within the instance
 * @param expiresAt when it may be deleted
 * @param body the answer or the error, written by the runtime
 * @since 0.1.0
 */
public record StoredAnswer(String key, Instant expiresAt, byte[] body) {
}
