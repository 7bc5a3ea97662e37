/**
 * Reference actors that nobody would want in an example: they exercise every corner of
 * the protocol for the suite of the published clients. Active in the profile
 * {@code conformance} only.
 */
@NullMarked
package io.rivetevents.sample.conformance;

import org.jspecify.annotations.NullMarked;
