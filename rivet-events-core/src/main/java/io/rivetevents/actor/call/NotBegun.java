package io.rivetevents.actor.call;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * A call of an instance that has left memory before the method of the call began. Only
 * the call itself answers its client with {@code actor.restarting}; if it was nested in
 * another call, it is masked like other errors.
 */
public final class NotBegun extends RivetException {

	public NotBegun() {
		super(ErrorCode.RESTARTING);
	}

}
