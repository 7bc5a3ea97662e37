/**
 * Converts between objects of the application and the values of messages and stored
 * states. Internal, except for the arguments that interceptors receive.
 */
@NullMarked
package io.rivetevents.conversion;

import org.jspecify.annotations.NullMarked;
