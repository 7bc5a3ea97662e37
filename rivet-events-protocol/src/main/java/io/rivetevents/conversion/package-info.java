/**
 * Converts between objects of the application and the values of messages and stored
 * states. Internal, but for the arguments that interceptors see.
 */
@NullMarked
package io.rivetevents.conversion;

import org.jspecify.annotations.NullMarked;
