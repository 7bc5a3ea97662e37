/**
 * Identity and access control with Spring Security, without any web type.
 */
@NullMarked
package io.rivetevents.security;

import org.jspecify.annotations.NullMarked;
