/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/**
 * A request about an instance, as it is sent to the node of the instance. Its JSON is
 * read by other versions: components may be added only.
 *
 * @param operation name of the view or command
 * @param parameters parameters of the view, or the address for a command
 * @param seconds duration of a recording
 * @param shown whether the operator may see the values of states
 */
record ForwardedRequest(String operation, ViewRequest parameters, @Nullable Integer seconds, boolean shown) {

	static ForwardedRequest of(ViewRequest view, boolean shown) {
		return new ForwardedRequest(view.view(), view, null, shown);
	}

	static ForwardedRequest of(Command command, @Nullable String actor, @Nullable String key,
			@Nullable String namespace, @Nullable Integer seconds) {
		return new ForwardedRequest(command.segment(),
				new ViewRequest(command.segment(), actor, key, namespace, null, null, null, null, null, null, null),
				seconds, false);
	}

}
