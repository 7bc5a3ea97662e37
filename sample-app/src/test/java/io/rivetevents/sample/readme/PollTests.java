/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;

import static org.assertj.core.api.Assertions.assertThat;

// tag::test
@SpringBootTest
class PollTests {

	@Autowired
	private Actors actors;

	@Test
	void countsVotes() {
		ActorHandle poll = this.actors.getOrCreate("poll", "lunch");
		poll.call("vote", Integer.class, "soup").block();
		assertThat(poll.call("vote", Integer.class, "soup").block()).isEqualTo(2);
	}

}
// end::test
