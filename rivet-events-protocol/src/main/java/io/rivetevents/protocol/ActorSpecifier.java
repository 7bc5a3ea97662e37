package io.rivetevents.protocol;

import org.jspecify.annotations.Nullable;

/**
 * How an error names the instance it comes from.
 *
 * @param actorId its id
 * @param generation how often it has come into memory
 * @param key its serialized key, {@code null} if unknown
 * @since 0.1.0
 */
public record ActorSpecifier(String actorId, long generation, @Nullable String key) {
}
