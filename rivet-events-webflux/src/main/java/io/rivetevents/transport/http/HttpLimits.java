package io.rivetevents.transport.http;

/**
 * Bounds of HTTP bodies.
 *
 * @param maxIncomingSize most bytes of the body of an action's request
 * @param maxOutgoingSize most bytes of the body of its answer
 * @param maxManagementSize most bytes of the body of a request that finds or creates an
 * instance
 */
public record HttpLimits(int maxIncomingSize, int maxOutgoingSize, int maxManagementSize) {
}
