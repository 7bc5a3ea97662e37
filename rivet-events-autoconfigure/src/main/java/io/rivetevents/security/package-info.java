/**
 * Connection state and arguments from Spring Security; nothing else names Spring
 * Security.
 */
@NullMarked
package io.rivetevents.security;

import org.jspecify.annotations.NullMarked;
