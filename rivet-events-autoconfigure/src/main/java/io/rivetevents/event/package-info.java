/**
 * What the runtime tells the application's listeners.
 */
@NullMarked
package io.rivetevents.event;

import org.jspecify.annotations.NullMarked;
