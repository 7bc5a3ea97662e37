/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What ends the rights of connections if the application has Spring Session.
 */
@NullMarked
package io.rivetevents.autoconfigure.security;

import org.jspecify.annotations.NullMarked;
