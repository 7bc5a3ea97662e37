/**
 * Identity of a WebFlux request: filter chain, web session and logout.
 */
@NullMarked
package io.rivetevents.security.webflux;

import org.jspecify.annotations.NullMarked;
