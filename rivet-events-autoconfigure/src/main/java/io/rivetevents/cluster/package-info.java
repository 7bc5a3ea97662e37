/**
 * The {@code Backplane} that carries events between nodes; the default knows one node.
 */
@NullMarked
package io.rivetevents.cluster;

import org.jspecify.annotations.NullMarked;
