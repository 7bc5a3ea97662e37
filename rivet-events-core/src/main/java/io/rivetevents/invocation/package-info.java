/**
 * Reads classes with {@code @Actor}, resolves arguments and calls methods. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.invocation;

import org.jspecify.annotations.NullMarked;
