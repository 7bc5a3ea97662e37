/**
 * The servers of the load run: an application of ours, and what it is compared with.
 */
@NullMarked
package io.rivetevents.benchmarks.load;

import org.jspecify.annotations.NullMarked;
