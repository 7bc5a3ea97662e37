/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample, started from what {@code process-aot} has generated in the build, in a
 * process of its own: on a JVM, or the native image whose path is in the environment
 * variable {@code RIVET_SAMPLE_IMAGE}.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AheadOfTimeIntegrationTests {

	private static final String LOGGED_BEANS = "--logging.level.org.springframework.beans.factory.support.DefaultListableBeanFactory=debug";

	private static final Pattern CREATED = Pattern.compile("Creating shared instance of singleton bean '([^']+)'");

	private static SampleProcess sample;

	@BeforeAll
	static void start(@TempDir Path folder) throws IOException {
		sample = SampleProcess.startAheadOfTime(folder, LOGGED_BEANS);
	}

	@AfterAll
	static void stop() {
		sample.close();
	}

	@Test
	void startsFromWhatWasGenerated() {
		assertThat(sample.isStarted()).isTrue();
		assertThat(sample.output()).anyMatch((line) -> line.contains("Starting AOT-processed SampleApplication"))
			.noneMatch((line) -> line.contains("ConfigurationClassPostProcessor"));
	}

	@Test
	void hasTheBeansOfAnyOtherStart(@TempDir Path folder) throws IOException {
		try (SampleProcess other = SampleProcess.start(folder, LOGGED_BEANS)) {
			assertThat(beans(sample)).isEqualTo(beans(other)).contains("chatRoom", "rivetWebSocketHandlerMapping");
		}
	}

	/** Those of this library and of the sample. */
	private static Set<String> beans(SampleProcess process) {
		return process.output()
			.stream()
			.map(CREATED::matcher)
			.filter(Matcher::find)
			.map((created) -> created.group(1))
			.filter((name) -> name.startsWith("rivet") || name.contains("rivetevents") || !name.contains("."))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void sendsAnEventOfACall() throws Exception {
		try (Stream<String> lines = sample.stream("general", "messageReceived")) {
			assertThat(sample.call("general", "sendMessage", "[\"guest\",\"hello\"]")).contains("hello");
			assertThat(data(lines)).contains("\"text\":\"hello\"");
		}
	}

	@Test
	void runsASchedule() throws Exception {
		try (Stream<String> lines = sample.stream("later", "messageReceived")) {
			sample.call("later", "remind", "[\"guest\",\"time to go\",1]");
			assertThat(data(lines)).contains("time to go");
		}
	}

	@Test
	void validatesArguments() throws Exception {
		assertThat(sample.call("general", "sendMessage", "[\"\",\"hello\"]")).contains("must not be blank");
	}

	@Test
	void identifiesTheUser() throws Exception {
		assertThat(sample.signIn("ada")).contains("\"name\":\"ada\"");
		assertThat(sample.call("signed-in", "sendMessage", "[\"linus\",\"hi\"]")).contains("\"userId\":\"ada\"",
				"\"guest\":false");
	}

	@Test
	void keepsItsStateInTheFile(@TempDir Path folder) throws Exception {
		try (SampleProcess before = SampleProcess.startAheadOfTime(folder)) {
			assertThat(before.call("kept", "sendMessage", "[\"guest\",\"still here\"]")).contains("still here");
		}
		try (SampleProcess after = SampleProcess.startAheadOfTime(folder)) {
			assertThat(after.call("kept", "getHistory", "[]")).contains("still here");
		}
	}

	@Test
	void hasItsActors() {
		assertThat(sample.output()).anyMatch((line) -> line.contains("Actors: [chatRoom, gameRoom]"));
	}

	/** Returns the data of the first event of the actor. */
	private static String data(Stream<String> lines) {
		return lines.dropWhile((line) -> !line.startsWith("event:") || !line.endsWith("messageReceived"))
			.filter((line) -> line.startsWith("data:"))
			.findFirst()
			.orElseThrow();
	}

}
