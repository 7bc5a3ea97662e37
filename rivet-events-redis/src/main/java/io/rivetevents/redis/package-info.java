/**
 * A backplane on Redis.
 */
@NullMarked
package io.rivetevents.redis;

import org.jspecify.annotations.NullMarked;
