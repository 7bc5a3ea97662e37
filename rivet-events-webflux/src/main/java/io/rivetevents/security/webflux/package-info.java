/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Identity of a WebFlux request: filter chain, web session and logout.
 */
@NullMarked
package io.rivetevents.security.webflux;

import org.jspecify.annotations.NullMarked;
