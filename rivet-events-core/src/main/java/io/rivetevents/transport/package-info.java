/**
 * The boundary that all transports use, without any web type.
 */
@NullMarked
package io.rivetevents.transport;

import org.jspecify.annotations.NullMarked;
