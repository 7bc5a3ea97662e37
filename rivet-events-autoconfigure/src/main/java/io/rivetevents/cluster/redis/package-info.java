/**
 * The {@code Backplane} over Redis pub/sub.
 */
@NullMarked
package io.rivetevents.cluster.redis;

import org.jspecify.annotations.NullMarked;
