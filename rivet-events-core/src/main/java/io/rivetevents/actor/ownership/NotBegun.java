/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.ownership;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * A call whose instance has left memory before its method began, or could not be started
 * on this node. Only this call is answered with {@code actor.restarting}, and another
 * node may run it. If it was nested in another call, the error of that call is masked
 * like other errors.
 */
public final class NotBegun extends RivetException {

	public NotBegun() {
		super(ErrorCode.RESTARTING);
	}

}
