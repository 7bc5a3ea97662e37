/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

/**
 * A kind of record, or a constant, that a newer node has sent. The frame with it is
 * ignored.
 */
final class UnknownKindException extends RuntimeException {

	UnknownKindException(Class<?> type, int kind) {
		super("%s of kind %d".formatted(type.getSimpleName(), kind), null, false, false);
	}

	/** For a constant, whose name is not logged: there may be any number of them. */
	UnknownKindException(Class<?> type) {
		super("A constant of %s".formatted(type.getSimpleName()), null, false, false);
	}

}
