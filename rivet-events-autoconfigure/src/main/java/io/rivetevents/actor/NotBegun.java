package io.rivetevents.actor;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * A call of an instance that is gone, whose method has not begun and will not. Only that
 * call itself may tell its client so: to whoever else meets it, it is an error like
 * others.
 */
final class NotBegun extends RivetException {

	NotBegun() {
		super(ErrorCode.RESTARTING);
	}

}
