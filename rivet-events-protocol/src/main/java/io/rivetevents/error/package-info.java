/**
 * What an application throws on purpose, and what a client receives of it.
 */
@NullMarked
package io.rivetevents.error;

import org.jspecify.annotations.NullMarked;
