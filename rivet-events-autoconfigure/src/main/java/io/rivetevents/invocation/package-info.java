/**
 * Finds {@code @Actor} beans, resolves arguments, calls {@code @Action} methods, turns
 * results and exceptions into messages.
 */
@NullMarked
package io.rivetevents.invocation;

import org.jspecify.annotations.NullMarked;
