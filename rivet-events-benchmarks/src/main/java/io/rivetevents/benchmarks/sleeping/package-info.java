/**
 * What instances cost that nobody talks to.
 */
@NullMarked
package io.rivetevents.benchmarks.sleeping;

import org.jspecify.annotations.NullMarked;
