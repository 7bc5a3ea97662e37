/**
 * Stores for the state of instances, and what they keep.
 */
@NullMarked
package io.rivetevents.actor.state;

import org.jspecify.annotations.NullMarked;
