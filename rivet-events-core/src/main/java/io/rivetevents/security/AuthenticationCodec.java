/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.jackson.SecurityJacksonModules;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;

import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.PrincipalJsonCustomizer;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.protocol.SafeText;

/**
 * Writes an {@link Authentication} as JSON with the Jackson modules of Spring Security,
 * and any other principal as its name. Passwords are left out; tokens are written, since
 * the principal of a resource server is its token. The JSON is read again at once and
 * compared, so that an application class that would change on another node is detected on
 * the node of the handshake.
 */
public final class AuthenticationCodec implements PrincipalCodec {

	private static final String REMEDY = "Add a bean of type PrincipalJsonCustomizer that allows the class, such as"
			+ " (types, mapper) -> types.allowIfSubType(ShopUser.class). If Jackson cannot write and read the class"
			+ " without configuration, also add a module or mix-in to the mapper there.";

	private final Supplier<JsonMapper> mapper;

	/**
	 * Creates a codec.
	 * @param customizers the application's customizers; called when the first principal
	 * is written or read
	 */
	public AuthenticationCodec(Supplier<Stream<PrincipalJsonCustomizer>> customizers) {
		this.mapper = SingletonSupplier.of(() -> mapper(customizers.get()));
	}

	private static JsonMapper mapper(Stream<PrincipalJsonCustomizer> customizers) {
		JsonMapper.Builder mapper = JsonMapper.builder();
		BasicPolymorphicTypeValidator.Builder types = PrincipalTypes.values();
		mapper.addModules(modules(types));
		customizers.forEach((customizer) -> customizer.customize(types, mapper));
		PolymorphicTypeValidator allowed = types.build();
		return mapper.polymorphicTypeValidator(allowed)
			.addModule(new Names(new PrincipalTypes(allowed)))
			// rejects a claim with the name of the class property, which would select
			// another class
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.build();
	}

	/** Returns the modules that write and read the classes of Spring Security. */
	static List<JacksonModule> modules(BasicPolymorphicTypeValidator.Builder types) {
		List<JacksonModule> modules = new ArrayList<>(SecurityJacksonModules.getModules(loader(), types));
		modules.add(new PrincipalMixins(types));
		return modules;
	}

	private static ClassLoader loader() {
		return Objects.requireNonNull(ClassUtils.getDefaultClassLoader());
	}

	@Override
	public SerializedPrincipal write(Principal principal) {
		if (!(principal instanceof Authentication sent)) {
			return BY_NAME.write(principal);
		}
		SerializedPrincipal written = new SerializedPrincipal(name(sent), authorities(sent), json(sent));
		if (!(read(written) instanceof Authentication arrived) || arrived.isAuthenticated() != sent.isAuthenticated()) {
			throw differs(written.name());
		}
		checkClass(sent, arrived);
		checkClass(sent.getPrincipal(), arrived.getPrincipal());
		return written;
	}

	@Override
	public Principal read(SerializedPrincipal serialized) {
		String json = serialized.json();
		if (json == null) {
			return BY_NAME.read(serialized);
		}
		if (parse(serialized.name(), json) instanceof Authentication arrived && name(arrived).equals(serialized.name())
				&& authorities(arrived).equals(serialized.authorities())) {
			return arrived;
		}
		throw differs(serialized.name());
	}

	private static String name(Authentication authentication) {
		return Objects.requireNonNullElse(authentication.getName(), "");
	}

	private static List<String> authorities(Authentication authentication) {
		return authentication.getAuthorities()
			.stream()
			.map(GrantedAuthority::getAuthority)
			.filter(Objects::nonNull)
			.toList();
	}

	private String json(Authentication authentication) {
		try {
			// as an object of any class, so that its class name is written and checked
			return this.mapper.get().writerFor(Object.class).writeValueAsString(authentication);
		}
		catch (JacksonException ex) {
			throw failed(name(authentication), "written", ex);
		}
	}

	private Object parse(String user, String json) {
		try {
			return this.mapper.get().readValue(json, Object.class);
		}
		catch (JacksonException ex) {
			throw failed(user, "read", ex);
		}
	}

	private static PrincipalCodecException failed(String user, String step, JacksonException ex) {
		if (ex instanceof InvalidTypeIdException unknown && unknown.getTypeId() != null) {
			return new PrincipalCodecException(
					("The Authentication of user '%s' cannot be sent to another node: class %s at '%s' is not on the"
							+ " allow-list. %s")
						.formatted(SafeText.of(user), unknown.getTypeId(), ex.getPathReference(), REMEDY),
					ex);
		}
		return new PrincipalCodecException("The Authentication of user '%s' cannot be %s: %s. %s"
			.formatted(SafeText.of(user), step, ex.getOriginalMessage(), REMEDY), ex);
	}

	private static PrincipalCodecException differs(String user) {
		return new PrincipalCodecException(
				("The Authentication of user '%s' changes its authorities or name when it is" + " written and read. %s")
					.formatted(SafeText.of(user), REMEDY),
				null);
	}

	/** A subclass would lose its additional fields and its type. */
	private static void checkClass(@Nullable Object sent, @Nullable Object arrived) {
		Class<?> before = (sent != null) ? sent.getClass() : null;
		Class<?> after = (arrived != null) ? arrived.getClass() : null;
		if (before != after) {
			throw new PrincipalCodecException(
					"An object of %s would become an object of %s on another node. %s".formatted(before, after, REMEDY),
					null);
		}
	}

	/**
	 * Sets the class name handling last, in place of the one that Spring Security sets.
	 */
	private static final class Names extends SimpleModule {

		private static final long serialVersionUID = 1;

		private final transient PrincipalTypes types;

		Names(PrincipalTypes types) {
			super(Names.class.getName());
			this.types = types;
		}

		@Override
		public void setupModule(SetupContext context) {
			((MapperBuilder<?, ?>) context.getOwner()).setDefaultTyping(this.types);
		}

	}

}
