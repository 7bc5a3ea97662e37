/**
 * Messages of the client protocol, error codes and close reasons, without any web type.
 */
@NullMarked
package io.rivetevents.protocol;

import org.jspecify.annotations.NullMarked;
