/**
 * Events of actors and connections, published as Spring application events.
 */
@NullMarked
package io.rivetevents.event;

import org.jspecify.annotations.NullMarked;
