/**
 * Writes queues to channels, and guards the memory of connections. Internal: applications
 * do not use it.
 */
@NullMarked
package io.rivetevents.transport.netty;

import org.jspecify.annotations.NullMarked;
