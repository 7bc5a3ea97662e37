/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import tools.jackson.databind.JsonNode;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.Input;

@Actor("inputRoom")
@Profile("conformance")
class InputRoom {

	@Action
	@Nullable JsonNode getInput(@Input @Nullable JsonNode input) {
		return input;
	}

	@Action
	boolean hadInput(@Input @Nullable JsonNode input) {
		return input != null;
	}

}
