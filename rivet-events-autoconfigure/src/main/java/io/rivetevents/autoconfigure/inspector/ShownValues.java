/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import tools.jackson.databind.JsonNode;

import io.rivetevents.autoconfigure.actuate.StateSanitizer;
import io.rivetevents.conversion.ValueMapper;

/**
 * The values of events and results as a viewer may see them: sanitized as the endpoint
 * sanitizes states. The key of a value is {@code rivet.event.}, {@code rivet.result.} or
 * {@code rivet.error.}, the name of the actor, that of the event or action, and the path
 * of the value.
 *
 * @param sanitizer replaces values
 * @param mapper converts what it returns
 * @param shown whether to show the values that no function replaces
 */
record ShownValues(StateSanitizer sanitizer, ValueMapper mapper, boolean shown) {

	/** Returns the arguments of an event. */
	JsonNode event(String actor, String event, JsonNode args) {
		return sanitized("rivet.event.%s.%s".formatted(actor, event), args);
	}

	/** Returns the result of an action. */
	JsonNode result(String actor, String action, JsonNode result) {
		return sanitized("rivet.result.%s.%s".formatted(actor, action), result);
	}

	/** Returns the metadata of an error of an action. */
	JsonNode error(String actor, String action, JsonNode metadata) {
		return sanitized("rivet.error.%s.%s".formatted(actor, action), metadata);
	}

	private JsonNode sanitized(String path, JsonNode value) {
		return this.mapper.toTree(this.sanitizer.sanitize(path, value, this.shown));
	}

}
