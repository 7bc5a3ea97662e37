/**
 * Exceptions that an application throws for clients, and the errors that clients receive.
 */
@NullMarked
package io.rivetevents.error;

import org.jspecify.annotations.NullMarked;
