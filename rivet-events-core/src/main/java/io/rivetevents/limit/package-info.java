/**
 * Bounds of what clients, instances and the node may take, and what has been taken.
 * Internal: applications set the bounds by properties.
 */
@NullMarked
package io.rivetevents.limit;

import org.jspecify.annotations.NullMarked;
