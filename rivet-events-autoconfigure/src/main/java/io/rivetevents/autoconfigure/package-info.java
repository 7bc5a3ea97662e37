/**
 * Beans, conditions, properties; no behaviour.
 */
@NullMarked
package io.rivetevents.autoconfigure;

import org.jspecify.annotations.NullMarked;
