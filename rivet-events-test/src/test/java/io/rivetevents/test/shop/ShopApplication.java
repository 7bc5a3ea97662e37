/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application whose actor needs services, for tests of the environments of a tester.
 */
@SpringBootApplication
class ShopApplication {

}
