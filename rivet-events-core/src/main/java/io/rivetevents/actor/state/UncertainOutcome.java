/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

/**
 * Implemented by exceptions of a store that cannot tell whether it has stored a change,
 * for example because the connection was lost during the commit. If the change was
 * undone, the instance then saves a new version before it continues, which fails if the
 * change was stored. Otherwise it continues with the change, stored or not.
 *
 * @since 0.1.0
 */
public interface UncertainOutcome {

}
