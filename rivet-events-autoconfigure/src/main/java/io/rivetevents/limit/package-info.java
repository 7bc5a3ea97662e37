/**
 * Bounds of what clients may take from a node, and counters of how often each was met.
 */
@NullMarked
package io.rivetevents.limit;

import org.jspecify.annotations.NullMarked;
