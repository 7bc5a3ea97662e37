/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Shared by the transports on WebFlux: paths, bodies, answers, addresses. Internal, not
 * for use by applications.
 */
@NullMarked
package io.rivetevents.transport.webflux;

import org.jspecify.annotations.NullMarked;
