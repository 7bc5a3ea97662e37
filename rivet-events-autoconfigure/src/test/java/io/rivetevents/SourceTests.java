/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits the sizes of packages and methods, and checks that the API is documented.
 */
class SourceTests {

	private static final Path LISTING = Path.of("../docs/api.txt");

	private static final long LINES_OF_PACKAGE = 3000;

	private static final long LINES_OF_METHOD = 40;

	private static final Sources sources = Sources.ofModules();

	@Test
	void noPackageIsTooLargeToLearn() {
		assertThat(sources.linesOfPackages()).isNotEmpty()
			.allSatisfy((name, lines) -> assertThat(lines).as(name).isLessThanOrEqualTo(LINES_OF_PACKAGE));
	}

	@Test
	void noMethodIsTooLongToSee() {
		List<String> tooLong = new ArrayList<>();
		List<String> all = new ArrayList<>();
		sources.methods((name, lines) -> {
			all.add(name);
			if (lines > LINES_OF_METHOD) {
				tooLong.add("%s has %d lines".formatted(name, lines));
			}
		});
		assertThat(all).hasSizeGreaterThan(1000);
		assertThat(tooLong).isEmpty();
	}

	/** The list shows in a review what a change means for applications. */
	@Test
	void theListOfTheApiIsCommitted() throws IOException {
		String written = Files.exists(LISTING) ? Files.readString(LISTING) : "";
		String actual = sources.api();
		Files.writeString(LISTING, actual);
		assertThat(written).as("%s was written anew: commit it if that is meant", LISTING).isEqualTo(actual);
	}

	/** The map of the code is where new contributors start. */
	@Test
	void theMapForContributorsNamesTypesThatExist() throws IOException {
		List<String> named = Pattern.compile("`([a-z.]+\\.[A-Z]\\w+)")
			.matcher(Files.readString(Path.of("../CONTRIBUTING.md")))
			.results()
			.map((found) -> "io.rivetevents." + found.group(1))
			.toList();
		assertThat(named).hasSizeGreaterThan(15);
		assertThat(sources.types()).containsAll(named);
	}

	@Test
	void whatApplicationsUseIsDocumented() {
		assertThat(sources.undocumented()).isEmpty();
	}

}
