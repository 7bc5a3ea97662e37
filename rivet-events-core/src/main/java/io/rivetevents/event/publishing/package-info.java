/**
 * Publishes what happens to actors and connections as application events of Spring, in
 * order. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.event.publishing;

import org.jspecify.annotations.NullMarked;
