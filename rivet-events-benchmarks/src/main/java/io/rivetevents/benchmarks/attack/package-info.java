/**
 * The attack run: attacks over raw sockets on a server with little memory, beside clients
 * that behave. Knows the server by its wire only.
 */
@NullMarked
package io.rivetevents.benchmarks.attack;

import org.jspecify.annotations.NullMarked;
