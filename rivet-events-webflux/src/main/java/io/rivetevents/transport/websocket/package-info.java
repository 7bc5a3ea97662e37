/**
 * Serves connections over WebSocket.
 */
@NullMarked
package io.rivetevents.transport.websocket;

import org.jspecify.annotations.NullMarked;
