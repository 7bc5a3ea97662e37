/**
 * Stores for instances and their state.
 */
@NullMarked
package io.rivetevents.actor.state;

import org.jspecify.annotations.NullMarked;
