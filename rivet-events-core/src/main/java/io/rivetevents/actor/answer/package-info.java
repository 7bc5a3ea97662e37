/**
 * Stores the answers of calls that must not run twice. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.actor.answer;

import org.jspecify.annotations.NullMarked;
