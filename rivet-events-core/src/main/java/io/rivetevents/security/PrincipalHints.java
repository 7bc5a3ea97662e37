/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Registers what a native image must keep so that {@link AuthenticationCodec} writes and
 * reads principals: the modules of Spring Security, which are created by name, and the
 * classes for which they have mix-ins.
 */
public final class PrincipalHints implements RuntimeHintsRegistrar {

	/** Classes whose names are in the JSON, beside those of the modules. */
	private static final List<Class<?>> NAMED = List.of(ArrayList.class, LinkedHashMap.class, LinkedHashSet.class,
			HashMap.class, HashSet.class, TreeMap.class, Instant.class, Duration.class,
			Collections.unmodifiableMap(Map.of()).getClass(), Collections.unmodifiableSet(Set.of()).getClass(),
			Collections.unmodifiableList(List.of()).getClass(), Collections.unmodifiableCollection(Set.of()).getClass(),
			Collections.unmodifiableList(new LinkedList<>()).getClass(), Collections.emptyList().getClass(),
			Collections.emptyMap().getClass(), Collections.emptySet().getClass(),
			Collections.singletonList(0).getClass(), Collections.singleton(0).getClass(),
			Collections.singletonMap(0, 0).getClass());

	private final BindingReflectionHintsRegistrar bindings = new BindingReflectionHintsRegistrar();

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		ReflectionHints reflection = hints.reflection();
		reflection.registerType(AuthorizationAdvisors.Probe.class, MemberCategory.INVOKE_DECLARED_METHODS);
		Stream.concat(NAMED.stream(), PrincipalTypes.VALUES.stream())
			.forEach((type) -> reflection.registerType(type, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS));
		reflection.registerType(TypeReference.of(PrincipalTypes.URL), MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		MixIns mixIns = new MixIns();
		AuthenticationCodec.modules(PrincipalTypes.values()).forEach((module) -> {
			reflection.registerType(module.getClass(), MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
			mixIns.addModule(module);
		});
		mixIns.build();
		mixIns.found.forEach((type, mixIn) -> this.bindings.registerReflectionHints(reflection, type, mixIn));
	}

	/** Records the mix-ins that modules set. */
	private static final class MixIns extends JsonMapper.Builder {

		private final Map<Class<?>, Class<?>> found = new LinkedHashMap<>();

		MixIns() {
			super(new JsonFactory());
		}

		@Override
		public JsonMapper.Builder addMixIn(Class<?> target, Class<?> mixIn) {
			this.found.put(target, mixIn);
			return super.addMixIn(target, mixIn);
		}

	}

}
