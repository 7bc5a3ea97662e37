/**
 * Interfaces that declare the events of actors, and their implementations.
 */
@NullMarked
package io.rivetevents.contract;

import org.jspecify.annotations.NullMarked;
