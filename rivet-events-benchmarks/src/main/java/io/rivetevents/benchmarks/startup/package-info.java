/**
 * What start-up is measured with. Apart from the others, so that no scan finds both.
 */
@NullMarked
package io.rivetevents.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
