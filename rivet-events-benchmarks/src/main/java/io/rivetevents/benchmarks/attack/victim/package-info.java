/**
 * The server that the attack run attacks.
 */
@NullMarked
package io.rivetevents.benchmarks.attack.victim;

import org.jspecify.annotations.NullMarked;
