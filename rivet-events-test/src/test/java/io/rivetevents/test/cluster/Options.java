/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Options of a run: system properties of the test, which it passes on.
 */
final class Options {

	static final String PREFIX = "rivet.test.";

	private static final List<String> NAMES = List.of("seed", "minutes", "faults", "burner", "bounds");

	private Options() {
	}

	/** Returns the number that chooses order, victims and moments. */
	static long seed() {
		return Long.getLong(PREFIX + "seed", 1);
	}

	/** Returns the minutes after which no further fault begins, after one of each. */
	static int minutes() {
		return Integer.getInteger(PREFIX + "minutes", 0);
	}

	/** Returns the number of processes that use a processor each. */
	static int burner() {
		return Integer.getInteger(PREFIX + "burner", 0);
	}

	/** Returns whether the times that are promised must be kept. */
	static boolean bounds() {
		return Boolean.getBoolean(PREFIX + "bounds");
	}

	/** Returns the faults: all, or those that are named. */
	static List<Fault> faults() {
		String names = System.getProperty(PREFIX + "faults", "");
		List<Fault> all = Fault.all();
		if (names.isEmpty()) {
			return new ArrayList<>(all);
		}
		List<Fault> chosen = new ArrayList<>();
		for (String name : names.split(",")) {
			chosen.add(all.stream()
				.filter((fault) -> fault.name().equals(name))
				.findFirst()
				.orElseThrow(() -> new IllegalArgumentException(
						"no fault '%s' among %s".formatted(name, all.stream().map(Fault::name).toList()))));
		}
		return chosen;
	}

	/** Returns the options of this process as arguments of another one. */
	static List<String> arguments() {
		return NAMES.stream()
			.filter((name) -> System.getProperty(PREFIX + name) != null)
			.map((name) -> "-D%s%s=%s".formatted(PREFIX, name, System.getProperty(PREFIX + name)))
			.toList();
	}

}
