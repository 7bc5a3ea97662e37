/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The runtime serves other web servers as well, and none, so all its tests run on a class
 * path without these.
 */
class CoreClassPathTests {

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.boot.SpringApplication",
			"org.springframework.web.reactive.DispatcherHandler", "reactor.netty.http.server.HttpServer",
			"io.netty.buffer.ByteBuf", "io.netty.util.NetUtil" })
	void knowsNoWebServer(String type) {
		assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(type));
	}

}
