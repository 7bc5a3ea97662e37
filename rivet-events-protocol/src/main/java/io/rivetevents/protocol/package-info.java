/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Messages of the client protocol, error codes and close reasons, without web types.
 */
@NullMarked
package io.rivetevents.protocol;

import org.jspecify.annotations.NullMarked;
