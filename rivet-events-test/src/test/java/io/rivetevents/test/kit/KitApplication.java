/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application for the tests of the tester. */
@SpringBootApplication
class KitApplication {

}
