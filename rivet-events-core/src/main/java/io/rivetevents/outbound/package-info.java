/**
 * What waits to be written to one client: a queue with a bound and named outcomes, on
 * this node or, by its gateway, on another. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.outbound;

import org.jspecify.annotations.NullMarked;
