/**
 * Reports what fails in code of others: one error for each kind of throwable, and a log
 * that does not grow with repetition. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.failure;

import org.jspecify.annotations.NullMarked;
