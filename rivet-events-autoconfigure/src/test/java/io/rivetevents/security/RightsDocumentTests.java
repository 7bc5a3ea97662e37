/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of {@code docs/revocation.md}, except for its column "Within", is what
 * {@link RightsIntegrationTests} tests.
 */
class RightsDocumentTests {

	@Test
	void hasARowForEachEndAndAColumnForEachWayToSignIn() throws IOException {
		String head = Stream.of(SignIn.values())
			.map(SignIn::title)
			.collect(Collectors.joining(" | ", "| The right ends by | ", " | Reason | Within |"));
		List<String> lines = Files.readAllLines(Path.of("../docs/revocation.md"));
		assertThat(lines).contains(head);
		List<String> rows = lines.subList(lines.indexOf(head) + 2, lines.size())
			.stream()
			.takeWhile((line) -> line.startsWith("|"))
			.toList();
		assertThat(rows).containsExactlyElementsOf(Stream.of(RightEnd.values()).map(RightEnd::row).toList());
	}

}
