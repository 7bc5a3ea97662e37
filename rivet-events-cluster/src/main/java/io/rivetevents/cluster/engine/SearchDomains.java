/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The domains in which the system looks for a short DNS name. In a pod of Kubernetes they
 * are those of its namespace and of the Kubernetes cluster.
 */
final class SearchDomains {

	private static final Log logger = LogFactory.getLog(SearchDomains.class);

	private static final Path SYSTEM = Path.of("/etc/resolv.conf");

	private static final Pattern SPACE = Pattern.compile("\\s+");

	private SearchDomains() {
	}

	/** Returns the domains of the system, in their order; empty if it has none. */
	static List<String> ofSystem() {
		return of(SYSTEM);
	}

	/**
	 * Reads the domains from a file.
	 * @param file a file in the form of {@code resolv.conf}
	 */
	static List<String> of(Path file) {
		try (Stream<String> lines = Files.lines(file)) {
			return lines.map(String::strip)
				.filter((line) -> line.startsWith("search ") || line.startsWith("search\t"))
				.reduce((first, last) -> last)
				.map((line) -> SPACE.splitAsStream(line).skip(1).toList())
				.orElse(List.of());
		}
		catch (IOException ex) {
			logger.debug("%s cannot be read: names of nodes need all parts".formatted(file), ex);
			return List.of();
		}
	}

}
