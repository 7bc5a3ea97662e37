/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

/**
 * The same tests with {@code rivet.events.direct-io=false}.
 */
@ContextConfiguration(classes = ConnectionOfStreamTests.Application.class)
@TestPropertySource(properties = "rivet.events.direct-io=false")
class PortableConnectionOfStreamTests extends ConnectionOfStreamTests {

}
