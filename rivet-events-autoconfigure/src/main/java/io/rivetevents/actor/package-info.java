/**
 * Actor instances by name and key: mailbox, life cycle, and the {@code ActorContext} with
 * broadcast and send.
 */
@NullMarked
package io.rivetevents.actor;

import org.jspecify.annotations.NullMarked;
