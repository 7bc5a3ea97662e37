/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A client that is no Spring application has the protocol too, so all its tests run on a
 * class path without these.
 */
class ProtocolClassPathTests {

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.core.ResolvableType", "org.springframework.boot.SpringApplication",
			"reactor.core.publisher.Mono", "org.reactivestreams.Publisher", "io.netty.buffer.ByteBuf" })
	void knowsNoFramework(String type) {
		assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(type));
	}

}
