/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * The values of a {@link CallContext} that can be sent to another node: texts, and maps
 * of texts such as the MDC, by the keys of their accessors.
 */
final class ContextTexts {

	/** Most characters of the values that are sent to another node. */
	private static final int MAX_TEXT = 16 * 1024;

	private static final int NO_TEXT = -1;

	private ContextTexts() {
	}

	/**
	 * Returns the texts of values, none if they have too many characters.
	 * @param traceparent replaces the part of a trace elsewhere, {@code null} to keep it
	 */
	static Map<String, Object> of(Context values, @Nullable String traceparent) {
		Map<String, Object> texts = of(values);
		if (traceparent != null) {
			texts.put(CallContext.TRACEPARENT, traceparent);
		}
		return texts;
	}

	private static Map<String, Object> of(Context values) {
		Map<String, Object> texts = new HashMap<>();
		int size = 0;
		for (Map.Entry<Object, Object> each : values.stream().toList()) {
			int added = (each.getKey() instanceof String) ? size(each.getValue()) : NO_TEXT;
			if (added != NO_TEXT) {
				texts.put((String) each.getKey(), each.getValue());
				size += added;
			}
		}
		return (size <= MAX_TEXT) ? texts : new HashMap<>();
	}

	/**
	 * Returns the characters of a value, {@link #NO_TEXT} if it has no texts alone.
	 */
	private static int size(Object value) {
		if (value instanceof String text) {
			return text.length();
		}
		if (!(value instanceof Map<?, ?> map)) {
			return NO_TEXT;
		}
		int size = 0;
		for (Map.Entry<?, ?> each : map.entrySet()) {
			if (!(each.getKey() instanceof String key) || !(each.getValue() instanceof String text)) {
				return NO_TEXT;
			}
			size += key.length() + text.length();
		}
		return size;
	}

	/** Returns the values that have an accessor on this node. */
	static Context toValues(Map<String, Object> texts) {
		Context values = Context.empty();
		for (Map.Entry<String, Object> each : texts.entrySet()) {
			if (ThreadValues.isCarried(each.getKey())) {
				values = values.put(each.getKey(), each.getValue());
			}
		}
		return values;
	}

}
