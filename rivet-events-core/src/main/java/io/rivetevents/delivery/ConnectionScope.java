package io.rivetevents.delivery;

import io.rivetevents.protocol.ActorKey;

/**
 * What all connections of one instance share.
 *
 * @param actor name of the actor
 * @param key key of the instance
 * @param stateful whether the actor keeps a connection state
 * @param dispatcher brings events to connections of the instance
 * @param support what all connections of the node share
 */
public record ConnectionScope(String actor, ActorKey key, boolean stateful, Dispatcher dispatcher,
		ConnectionServices support) {
}
