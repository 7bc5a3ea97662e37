/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.math.BigDecimal;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds floating point numbers without a fraction: from 2^53 in CBOR of clients, any from
 * server code.
 */
final class WholeNumbers {

	private WholeNumbers() {
	}

	/**
	 * Returns a value in which integers replace floating point numbers without a
	 * fraction.
	 * @param node a value
	 * @return the same object if there are none
	 */
	static JsonNode of(JsonNode node) {
		if (node instanceof ObjectNode object) {
			return ofObject(object);
		}
		if (node instanceof ArrayNode array) {
			return ofArray(array);
		}
		if (!node.isFloatingPointNumber() || !Double.isFinite(node.numberValue().doubleValue())) {
			return node;
		}
		BigDecimal number = node.isBigDecimal() ? node.decimalValue() : new BigDecimal(node.doubleValue());
		return (number.signum() == 0 || number.stripTrailingZeros().scale() <= 0)
				? JsonNodeFactory.instance.numberNode(number.toBigInteger()) : node;
	}

	private static JsonNode ofObject(ObjectNode object) {
		ObjectNode changed = null;
		for (Map.Entry<String, JsonNode> property : object.properties()) {
			JsonNode whole = of(property.getValue());
			if (whole != property.getValue()) {
				changed = (changed != null) ? changed : JsonNodeFactory.instance.objectNode().setAll(object);
				changed.set(property.getKey(), whole);
			}
		}
		return (changed != null) ? changed : object;
	}

	private static JsonNode ofArray(ArrayNode array) {
		ArrayNode changed = null;
		for (int i = 0; i < array.size(); i++) {
			JsonNode whole = of(array.get(i));
			if (whole != array.get(i)) {
				changed = (changed != null) ? changed : JsonNodeFactory.instance.arrayNode().addAll(array);
				changed.set(i, whole);
			}
		}
		return (changed != null) ? changed : array;
	}

}
