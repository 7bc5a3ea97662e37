/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.Actors;

// tag::controller
@RestController
class PollController {

	private final Actors actors;

	PollController(Actors actors) {
		this.actors = actors;
	}

	@PostMapping("/polls/{poll}/{choice}")
	Mono<Integer> vote(@PathVariable String poll, @PathVariable String choice) {
		return this.actors.getOrCreate("poll", poll).call("vote", Integer.class, choice);
	}

}
// end::controller
