/**
 * Annotations for actors.
 */
@NullMarked
package io.rivetevents.annotation;

import org.jspecify.annotations.NullMarked;
