/**
 * What the transports on WebFlux share: paths, bodies, answers, addresses. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.transport.webflux;

import org.jspecify.annotations.NullMarked;
