/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLHandshakeException;

import org.jgroups.logging.Log;
import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.LogLines;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link NodeTransport}.
 */
class NodeTransportTests {

	private final List<String> levels = new ArrayList<>();

	private final Log log = NodeTransport.replace((Log) Proxy.newProxyInstance(getClass().getClassLoader(),
			new Class<?>[] { Log.class }, (proxy, method, args) -> {
				this.levels.add(method.getName());
				return null;
			}));

	@Test
	void logsAGoodbyeThatCannotBeSentForDevelopersOnly() {
		this.log.error("%s: failed sending graceful close to %s: %s", "a", "b", "Broken pipe");
		assertThat(this.levels).containsExactly("debug");
	}

	@Test
	void replacesTheMessageOfARejectedConnection() {
		try (LogLines lines = new LogLines(NodeTransport.class)) {
			for (int i = 0; i < 2; i++) {
				this.log.warn("JGRP000006: %s: failed accepting connection from peer %s: %s", "a", "b",
						new SSLHandshakeException("no certificate"));
			}
			assertThat(lines.lines()).singleElement()
				.asString()
				.startsWith(
						"A connection from b was rejected: no certificate (SSLHandshakeException). If it is a node");
		}
		assertThat(this.levels).isEmpty();
	}

	@Test
	void logsAllOtherFaultsAsTheyAre() {
		this.log.error("%s: failed sending message to %s: %s", "a", "b", "Broken pipe");
		this.log.error("failed");
		this.log.warn("%s has no address", "a");
		assertThat(this.levels).containsExactly("error", "error", "warn");
	}

}
