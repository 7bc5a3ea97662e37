package io.rivetevents.protocol;

/**
 * Where a message stands among all that one instance of an actor sends.
 *
 * @param epoch the instance's time in memory: positions of two epochs have no order
 * @param sequence number of the message, from 1 on; 0 is before the first
 * @since 0.1.0
 */
public record Position(String epoch, long sequence) {
}
