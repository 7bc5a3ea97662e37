/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Thrown when a change may have been stored or not.
 */
public final class UncertainSaveException extends RivetException {

	UncertainSaveException() {
		super(ErrorCode.STATE_UNAVAILABLE);
	}

}
