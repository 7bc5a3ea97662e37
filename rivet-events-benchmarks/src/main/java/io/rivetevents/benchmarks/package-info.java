/**
 * Measures the cost of performance-critical parts of the runtime, each separately.
 */
@NullMarked
package io.rivetevents.benchmarks;

import org.jspecify.annotations.NullMarked;
