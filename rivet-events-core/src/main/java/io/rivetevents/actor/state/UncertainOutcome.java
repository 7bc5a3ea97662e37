/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

/**
 * Implemented by exceptions of a store that cannot tell whether it has stored a change,
 * for example because the connection was lost during the commit. The instance then saves
 * a new version before it continues, which fails if the change was stored.
 *
 * @since 0.1.0
 */
public interface UncertainOutcome {

}
