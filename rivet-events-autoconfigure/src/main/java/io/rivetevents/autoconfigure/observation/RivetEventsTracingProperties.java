/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Traces of actors.
 *
 * @param enabled Whether connects, actions, events and saves are observed. Default: true
 * if the application has a tracer.
 * @param events Whether clients of rivet-events receive the sampled trace with each
 * event, so that their handlers continue it.
 */
@ConfigurationProperties("rivet.events.tracing")
public record RivetEventsTracingProperties(@Nullable Boolean enabled, @DefaultValue("false") boolean events) {
}
