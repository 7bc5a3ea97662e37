/**
 * The application without the starter. Apart from the others, so that no scan finds both.
 */
@NullMarked
package io.rivetevents.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
