/**
 * What transports share: target, parameters and encoding of a handshake.
 */
@NullMarked
package io.rivetevents.transport;

import org.jspecify.annotations.NullMarked;
