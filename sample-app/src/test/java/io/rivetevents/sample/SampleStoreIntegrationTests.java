/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The file in which the sample stores its rooms.
 */
class SampleStoreIntegrationTests {

	@TempDir
	private Path folder;

	@Test
	void keepsMessagesWhenTheProcessIsKilledAfterTheAnswer() throws IOException, InterruptedException {
		try (SampleProcess first = SampleProcess.start(this.folder)) {
			assertThat(first.call("general", "sendMessage", "[\"ada\",\"still here\"]")).contains("still here");
			first.kill();
		}
		assertThat(this.folder.resolve("data/rivet.db")).isNotEmptyFile();
		try (SampleProcess second = SampleProcess.start(this.folder);
				SampleProcess third = SampleProcess.start(this.folder)) {
			assertThat(second.call("general", "getHistory", "[]")).contains("still here");
			assertHasNoFile(third);
		}
	}

	private static void assertHasNoFile(SampleProcess sample) {
		assertThat(sample.isStarted()).isFalse();
		assertThat(sample.output()).contains("APPLICATION FAILED TO START")
			.anyMatch((line) -> line.contains("another process uses it"))
			.anyMatch((line) -> line.contains("rivet.events.state.file.path"))
			.noneMatch((line) -> line.startsWith("\tat "));
	}

	@Test
	void storesNothingForConformance() throws IOException {
		try (SampleProcess sample = SampleProcess.start(this.folder, "--spring.profiles.active=conformance")) {
			assertThat(sample.isStarted()).isTrue();
		}
		assertThat(this.folder).isEmptyDirectory();
	}

}
