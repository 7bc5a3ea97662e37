package io.rivetevents.transport.sse;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.transport.LinkSettings;

/**
 * Limits and times of event streams.
 *
 * @param link those that other transports have, too; the longest message is the longest
 * body
 * @param outbound bounds of the outbound queue
 */
public record EventStreamSettings(LinkSettings link, OutboundQueue.Limits outbound) {
}
