/**
 * Serves stateless calls and the management of instances over HTTP.
 */
@NullMarked
package io.rivetevents.transport.http;

import org.jspecify.annotations.NullMarked;
