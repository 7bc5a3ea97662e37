/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/metrics.md} lists each meter with its type, unit and tags.
 */
class MetricsDocumentTests {

	private static final Pattern ROW = Pattern
		.compile("^\\| `(rivet[a-z.]+)` \\| ([a-z ]+) \\| ([a-z]*) ?\\| ([a-z, ]*?) ?\\| ", Pattern.MULTILINE);

	@Test
	void listsEachMeterWithItsTypeUnitAndTags() throws IOException {
		String document = Files.readString(Path.of("../docs/metrics.md"));
		assertThat(ROW.matcher(document)
			.results()
			.map((row) -> "%s %s %s %s".formatted(row.group(1), row.group(2), row.group(3), row.group(4))))
			.containsExactlyInAnyOrderElementsOf(
					Stream.of(RivetMeter.values()).map(MetricsDocumentTests::row).toList());
	}

	private static String row(RivetMeter meter) {
		String type = meter.type().name().toLowerCase(Locale.ROOT).replace('_', ' ');
		String unit = (meter.unit() != null) ? meter.unit() : "";
		return "%s %s %s %s".formatted(meter.id(), type, unit, String.join(", ", meter.tags()));
	}

}
