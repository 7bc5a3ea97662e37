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
 * path: without this, the application of each test would store its instances there. Also
 * leaves out Spring Modulith, unless the application creates its tables.
 */
class DatabaseFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

	private static final String MODULITH = "org.springframework.modulith.";

	private boolean wanted;

	private boolean modulithWanted;

	@Override
	public void setEnvironment(Environment environment) {
		this.wanted = environment.containsProperty("spring.datasource.url");
		this.modulithWanted = environment.containsProperty("spring.modulith.events.jdbc.schema-initialization.enabled");
	}

	@Override
	public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
		boolean[] matches = new boolean[classes.length];
		for (int i = 0; i < classes.length; i++) {
			String name = classes[i];
			boolean modulith = name != null && name.startsWith(MODULITH);
			matches[i] = modulith ? this.modulithWanted : this.wanted || !DATABASE.equals(name);
		}
		return matches;
	}

}
