/**
 * Publishes events of actors and connections as Spring application events, in order.
 * Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.event.publishing;

import org.jspecify.annotations.NullMarked;
