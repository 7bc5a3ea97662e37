/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What operators see of actors by Spring Boot Actuator. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
