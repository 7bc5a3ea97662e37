/**
 * Calls the observers of the application. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.observation;

import org.jspecify.annotations.NullMarked;
