/**
 * Beans, conditions and properties.
 */
@NullMarked
package io.rivetevents.autoconfigure;

import org.jspecify.annotations.NullMarked;
