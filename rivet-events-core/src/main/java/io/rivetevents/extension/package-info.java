/**
 * What an application may plug in, and the types that those parts take and return.
 */
@NullMarked
package io.rivetevents.extension;

import org.jspecify.annotations.NullMarked;
