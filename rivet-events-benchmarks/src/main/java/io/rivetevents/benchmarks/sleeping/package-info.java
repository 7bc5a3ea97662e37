/**
 * Measures the cost of idle instances.
 */
@NullMarked
package io.rivetevents.benchmarks.sleeping;

import org.jspecify.annotations.NullMarked;
