/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out the database of an application, unless it has set a URL. H2 is on the class
 * path: without this, the application of each test would store its instances there.
 */
class DatabaseFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

	private boolean wanted;

	@Override
	public void setEnvironment(Environment environment) {
		this.wanted = environment.containsProperty("spring.datasource.url");
	}

	@Override
	public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
		boolean[] matches = new boolean[classes.length];
		for (int i = 0; i < classes.length; i++) {
			matches[i] = this.wanted || !DATABASE.equals(classes[i]);
		}
		return matches;
	}

}
