/**
 * Moves messages from the queues of connections to their sockets.
 */
@NullMarked
package io.rivetevents.outlet;

import org.jspecify.annotations.NullMarked;
