/**
 * Describes the contract of the actors as AsyncAPI, for those who write clients.
 */
@NullMarked
package io.rivetevents.asyncapi;

import org.jspecify.annotations.NullMarked;
