/**
 * What an application sees of actors: the context of a method, handles, addresses.
 */
@NullMarked
package io.rivetevents.actor;

import org.jspecify.annotations.NullMarked;
