/**
 * What an application writes on its actors.
 */
@NullMarked
package io.rivetevents.annotation;

import org.jspecify.annotations.NullMarked;
