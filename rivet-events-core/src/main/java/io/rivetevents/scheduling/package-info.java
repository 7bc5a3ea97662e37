/**
 * Threads for actors, batched wake-ups, and the caller that a thread works for. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.scheduling;

import org.jspecify.annotations.NullMarked;
