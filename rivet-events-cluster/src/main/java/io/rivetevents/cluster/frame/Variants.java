/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The records of a sealed interface, each with its number on the wire. A table that does
 * not have each of them exactly once is rejected when it is built, so that a new record
 * cannot be missing.
 *
 * @param <T> the sealed interface
 */
final class Variants<T> {

	private final Class<T> type;

	private final Map<Class<?>, Variant<? extends T>> byType = new HashMap<>();

	private final Map<Integer, Variant<? extends T>> byKind = new HashMap<>();

	private Variants(Class<T> type) {
		this.type = type;
	}

	/**
	 * Builds the table.
	 * @param type the sealed interface
	 * @param variants its records
	 */
	@SafeVarargs
	static <T> Variants<T> of(Class<T> type, Variant<? extends T>... variants) {
		Variants<T> table = new Variants<>(type);
		for (Variant<? extends T> each : variants) {
			if (table.byType.put(each.type(), each) != null || table.byKind.put(each.kind(), each) != null) {
				throw new IllegalStateException("%s or its number is there twice".formatted(each.type()));
			}
		}
		if (!table.byType.keySet().equals(permitted(type))) {
			throw new IllegalStateException(
					"The records of %s are %s, not %s".formatted(type, permitted(type), table.byType.keySet()));
		}
		return table;
	}

	/** Returns the records of a sealed interface, those of its sealed parts included. */
	static Set<Class<?>> permitted(Class<?> type) {
		if (!type.isSealed()) {
			return Set.of(type);
		}
		Set<Class<?>> records = new HashSet<>();
		for (Class<?> each : type.getPermittedSubclasses()) {
			records.addAll(permitted(each));
		}
		return records;
	}

	/** Writes the number of a record, and its fields. */
	void write(FrameOutput out, T value) {
		Variant<? extends T> variant = this.byType.get(value.getClass());
		if (variant == null) {
			throw new IllegalArgumentException("%s is not part of %s".formatted(value.getClass(), this.type));
		}
		out.one(variant.kind());
		variant.write(out, value);
	}

	/**
	 * Reads a record.
	 * @throws UnknownKindException if a newer node has sent it
	 */
	T read(FrameInput in) {
		int kind = in.one();
		Variant<? extends T> variant = this.byKind.get(kind);
		if (variant == null) {
			throw new UnknownKindException(this.type, kind);
		}
		return variant.reader().apply(in);
	}

	/**
	 * A record.
	 *
	 * @param <V> the record
	 * @param kind its number, from 1 to 255, never used for another record again
	 * @param type its class
	 * @param writer writes its fields
	 * @param reader reads its fields
	 */
	record Variant<V>(int kind, Class<V> type, BiConsumer<FrameOutput, V> writer, Function<FrameInput, V> reader) {

		private void write(FrameOutput out, Object value) {
			this.writer.accept(out, this.type.cast(value));
		}

	}

}
