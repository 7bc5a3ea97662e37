/**
 * Interfaces that declare events and actions, and the annotations on their methods.
 */
@NullMarked
package io.rivetevents.contract;

import org.jspecify.annotations.NullMarked;
