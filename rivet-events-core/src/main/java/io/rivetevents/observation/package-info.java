/**
 * Calls the observers of the application, and carries the context of callers to where
 * their calls run. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.observation;

import org.jspecify.annotations.NullMarked;
