/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.autoconfigure;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/**
 * Creates the application contexts of {@link ActorTest @ActorTest}, which are none of a
 * web application.
 */
final class ActorTestContextBootstrapper extends TestSliceTestContextBootstrapper<ActorTest> {

	private static final String NO_WEB = "spring.main.web-application-type=none";

	@Override
	protected String @Nullable [] getProperties(Class<?> testClass) {
		String[] properties = super.getProperties(testClass);
		return Stream.concat(Stream.of(NO_WEB), (properties != null) ? Stream.of(properties) : Stream.empty())
			.toArray(String[]::new);
	}

}
