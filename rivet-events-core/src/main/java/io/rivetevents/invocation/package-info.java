/**
 * Reads classes with {@code @Actor}, resolves arguments and calls the methods, when
 * {@code actor.call} asks for it. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.invocation;

import org.jspecify.annotations.NullMarked;
