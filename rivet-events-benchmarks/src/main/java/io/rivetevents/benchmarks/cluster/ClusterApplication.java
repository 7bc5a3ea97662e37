/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.cluster;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

import io.rivetevents.benchmarks.store.DatabaseConfiguration;

/**
 * The application of the load run, with a database: a node of a cluster.
 */
@SpringBootApplication(scanBasePackages = "io.rivetevents.benchmarks.load")
@Import(DatabaseConfiguration.class)
public class ClusterApplication {

	public static void main(String[] args) {
		SpringApplication.run(ClusterApplication.class, args);
	}

}
