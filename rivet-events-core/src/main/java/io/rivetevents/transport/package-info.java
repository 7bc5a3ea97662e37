/**
 * The boundary that every transport speaks to, without any web type.
 */
@NullMarked
package io.rivetevents.transport;

import org.jspecify.annotations.NullMarked;
