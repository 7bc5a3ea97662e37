/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

/**
 * Limits of HTTP bodies.
 *
 * @param maxIncomingSize maximum number of bytes of the request body of an action
 * @param maxOutgoingSize maximum number of bytes of the answer of an action
 * @param maxManagementSize maximum number of bytes of the body of a request that finds or
 * creates an instance
 */
public record HttpLimits(int maxIncomingSize, int maxOutgoingSize, int maxManagementSize) {
}
