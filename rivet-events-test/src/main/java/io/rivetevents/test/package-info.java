/**
 * Test suites for custom implementations of parts of the runtime.
 */
@NullMarked
package io.rivetevents.test;

import org.jspecify.annotations.NullMarked;
