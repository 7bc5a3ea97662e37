/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Serves stateless calls and the management of instances over HTTP.
 */
@NullMarked
package io.rivetevents.transport.http;

import org.jspecify.annotations.NullMarked;
