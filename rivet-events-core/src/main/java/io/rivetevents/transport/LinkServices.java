package io.rivetevents.transport;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * What all links and calls of a node share.
 *
 * @param directory finds instances
 * @param connections where connections are registered
 * @param handshake finds out who connects
 * @param mapper converts values
 * @param secrets proves streams
 * @param observers receive which clients do not authenticate
 * @param bursts batches wake-ups of threads while messages are delivered
 * @param limits bounds of what clients may take
 * @param node this node
 */
public record LinkServices(ActorDirectory directory, OutboundRegistry connections, Handshake handshake,
		ValueMapper mapper, StreamSecrets secrets, Observers observers, WakeupBatches bursts, Limits limits,
		LocalNode node) {

	/**
	 * Returns whether new connections are refused with {@code actor.restarting}: this
	 * node, which holds their sockets, is about to stop, wherever their actors live.
	 */
	public boolean isDraining() {
		return this.node.isDraining();
	}

	/**
	 * Checks whether a call has room in the memory of this node, before it is read.
	 * @param target which instance
	 * @param bytes memory that the call takes at least
	 * @throws io.rivetevents.error.RivetException {@code actor.overloaded}
	 */
	public void checkRoom(ActorTarget target, long bytes) {
		this.node.checkRoom(target, bytes);
	}

}
