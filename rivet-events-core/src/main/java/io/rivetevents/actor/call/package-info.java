/**
 * Calls the methods of one instance: interceptors, time limits, answers that are given
 * once. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.call;

import org.jspecify.annotations.NullMarked;
