/**
 * A chat and a game: actors, pages, login.
 */
@NullMarked
package io.rivetevents.sample;

import org.jspecify.annotations.NullMarked;
