/**
 * Messages, encodings and error codes of the client protocol, without any web type.
 */
@NullMarked
package io.rivetevents.protocol;

import org.jspecify.annotations.NullMarked;
