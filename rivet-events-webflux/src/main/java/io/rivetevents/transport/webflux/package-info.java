/**
 * Shared by the transports on WebFlux: paths, bodies, answers, addresses. Internal, not
 * for use by applications.
 */
@NullMarked
package io.rivetevents.transport.webflux;

import org.jspecify.annotations.NullMarked;
