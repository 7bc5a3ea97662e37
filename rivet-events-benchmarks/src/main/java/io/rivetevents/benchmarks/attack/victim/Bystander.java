/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack.victim;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * An actor that is not attacked.
 */
@Actor("bystander")
class Bystander {

	@Action
	String echo(String data) {
		return data;
	}

}
