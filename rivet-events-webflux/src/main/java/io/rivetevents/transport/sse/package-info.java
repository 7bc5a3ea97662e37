/**
 * Serves connections over Server-Sent Events.
 */
@NullMarked
package io.rivetevents.transport.sse;

import org.jspecify.annotations.NullMarked;
