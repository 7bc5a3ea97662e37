/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.transport.LinkSettings;

/**
 * Limits and timeouts of event streams.
 *
 * @param link settings that all transports have; the maximum size of a message is also
 * that of a body
 * @param outbound limits of the outbound queue
 */
public record EventStreamSettings(LinkSettings link, OutboundQueue.Limits outbound) {
}
