/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

import io.rivetevents.actor.call.ActorSettings;

/**
 * Stops the start if a value below {@code rivet.events} does not have the form of its
 * type, or if a number, size or duration is less than one, a byte or a millisecond. Zero
 * is allowed with {@link MayBeZero}, {@code never} with {@link MayBeNever}. A duration is
 * at most a hundred years, since it is counted in nanoseconds.
 */
final class BoundsAdvisor implements ConfigurationPropertiesBindHandlerAdvisor {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("rivet.events");

	private static final Duration LONGEST = Duration.ofDays(36_500);

	private static final Map<Class<?>, String> FORMS = Map.of(Boolean.class, "true or false", Integer.class,
			"a whole number", DataSize.class, "a size such as 64KB", Duration.class, "a duration such as 30s");

	@Override
	public BindHandler apply(BindHandler handler) {
		return new AbstractBindHandler(handler) {

			@Override
			public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
					Object result) {
				if (PREFIX.isAncestorOf(name)) {
					check(name, result, target.getAnnotation(MayBeZero.class) != null);
				}
				return super.onSuccess(name, target, context, result);
			}

			@Override
			public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
					Exception error) throws Exception {
				if (isNever(name, target, context)) {
					return ActorSettings.NEVER;
				}
				if (PREFIX.isAncestorOf(name) && error instanceof ConverterNotFoundException) {
					checkGroup(name, target.getType().resolve(Object.class), context);
				}
				String expected = PREFIX.isAncestorOf(name) ? expected(target) : null;
				if (expected != null && error instanceof ConversionFailedException failed) {
					throw InvalidSettingException.expected(name.toString(), String.valueOf(failed.getValue()),
							expected);
				}
				return super.onFailure(name, target, context, error);
			}

		};
	}

	private static void checkGroup(ConfigurationPropertyName name, Class<?> type, BindContext context) {
		if (type.isRecord()) {
			String first = DataObjectPropertyName.toDashedForm(type.getRecordComponents()[0].getName());
			throw new InvalidSettingException(name.toString(), text(name, context), "it is a group of properties",
					"Set one of its properties instead, such as %s.%s".formatted(name, first));
		}
	}

	private static String text(ConfigurationPropertyName name, BindContext context) {
		return context.getBinder().bind(name, Bindable.of(String.class)).orElse("");
	}

	/** Returns {@code null} if a value of the type has no common form. */
	private static @Nullable String expected(Bindable<?> target) {
		Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(target.getType().resolve(Object.class));
		if (type.isEnum()) {
			return Stream.of(type.getEnumConstants())
				.map((constant) -> String.valueOf(constant).toLowerCase(Locale.ROOT).replace('_', '-'))
				.collect(Collectors.joining(", ", "one of ", ""));
		}
		return FORMS.get(type);
	}

	private static boolean isNever(ConfigurationPropertyName name, Bindable<?> target, BindContext context) {
		return target.getAnnotation(MayBeNever.class) != null && text(name, context).equals("never");
	}

	private static void check(ConfigurationPropertyName name, Object value, boolean mayBeZero) {
		if (value instanceof Integer number) {
			atLeast(name, value, number >= (mayBeZero ? 0 : 1), mayBeZero ? "0" : "1");
		}
		else if (value instanceof DataSize size) {
			atLeast(name, value, size.toBytes() >= (mayBeZero ? 0 : 1), mayBeZero ? "0B" : "1B");
		}
		else if (value instanceof Duration duration) {
			boolean zero = mayBeZero && duration.isZero();
			atLeast(name, value, zero || duration.compareTo(Duration.ofMillis(1)) >= 0,
					mayBeZero ? "1ms, or 0s" : "1ms");
			if (duration.compareTo(LONGEST) > 0) {
				throw InvalidSettingException.expected(name.toString(), value,
						"at most %dd".formatted(LONGEST.toDays()));
			}
		}
	}

	private static void atLeast(ConfigurationPropertyName name, Object value, boolean fits, String least) {
		if (!fits) {
			throw InvalidSettingException.expected(name.toString(), value, "at least " + least);
		}
	}

}
