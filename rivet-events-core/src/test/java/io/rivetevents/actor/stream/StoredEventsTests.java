/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;

import static org.assertj.core.api.Assertions.assertThat;

class StoredEventsTests {

	private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

	/** The first of several texts may look like the type of a value. */
	@ParameterizedTest
	@ValueSource(strings = { "plain", "$BigInt", "$Uint8Array", "$", "$$", "\"\\ä\u2028" })
	void readsTagsAndConnectionsOfAnyName(String name) {
		Selection selection = new Selection.These(Set.of(name, "1"));
		AddressedEvent event = new AddressedEvent(selection, true, name, List.of(StringNode.valueOf(name)),
				Set.of(name, "1"), false);
		StoredEvent stored = StoredEvents.write(2, 1, NOW, NOW.plusSeconds(1), RecordedEvent.of(event));
		assertThat(StoredEvents.read(stored, NOW).recorded().event()).isEqualTo(event.withArgs(List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "plain", "$BigInt", "\"\\ä\u2028" })
	void readsMarksOfAnyName(String name) {
		Map<String, Long> marks = Map.of(name, 1L, "other", -2L);
		String written = StoredEvents.writeMarks(new TreeMap<>(marks));
		assertThat(written).isPrintable().matches("\\p{ASCII}*");
		assertThat(StoredEvents.readMarks(written)).isEqualTo(marks);
	}

}
