/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack.victim;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;

/**
 * An actor that takes an input and keeps its size.
 */
@Actor("keeper")
class Keeper {

	record State(int size) {
	}

	@CreateState
	State create(@Input @Nullable JsonNode input) {
		return new State((input != null) ? input.size() : 0);
	}

	@Action
	String echo(String data) {
		return data;
	}

}
