package io.rivetevents.actor;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * A call of an instance that has left memory before the method of the call began. Only
 * the call itself answers its client with {@code actor.restarting}; if it was nested in
 * another call, it is masked like other errors.
 */
final class NotBegun extends RivetException {

	NotBegun() {
		super(ErrorCode.RESTARTING);
	}

}
