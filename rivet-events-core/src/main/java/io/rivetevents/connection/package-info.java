/**
 * What an application sees of clients: connections, and the ways to send events to them.
 */
@NullMarked
package io.rivetevents.connection;

import org.jspecify.annotations.NullMarked;
