package io.rivetevents.transport;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * What all links of a node share.
 *
 * @param directory finds instances
 * @param connections where connections are registered
 * @param handshake finds out who connects
 * @param mapper converts values
 * @param secrets proves streams
 * @param observers receive which clients do not authenticate
 * @param bursts batches wake-ups of threads while messages are delivered
 * @param limits bounds of what clients may take
 */
public record LinkServices(ActorDirectory directory, OutboundRegistry connections, Handshake handshake,
		ValueMapper mapper, StreamSecrets secrets, Observers observers, WakeupBatches bursts, Limits limits) {
}
