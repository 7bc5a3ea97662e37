/**
 * One client's link to one actor: identity, parameters, state, subscriptions, bounded
 * outbound queue; the registry of this node's connections.
 */
@NullMarked
package io.rivetevents.connection;

import org.jspecify.annotations.NullMarked;
