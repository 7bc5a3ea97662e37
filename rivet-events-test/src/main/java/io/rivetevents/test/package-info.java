/**
 * Suites for what an application or an extension puts in place of a part of the runtime.
 */
@NullMarked
package io.rivetevents.test;

import org.jspecify.annotations.NullMarked;
