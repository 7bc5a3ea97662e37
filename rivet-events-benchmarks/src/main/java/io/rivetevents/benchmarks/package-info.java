/**
 * What the hot parts of the runtime cost, each on its own.
 */
@NullMarked
package io.rivetevents.benchmarks;

import org.jspecify.annotations.NullMarked;
