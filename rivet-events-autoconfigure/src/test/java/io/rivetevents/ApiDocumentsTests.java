/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.Documents.Document;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documents for applications name types of the API and no others, and have an example
 * of each extension point.
 */
class ApiDocumentsTests {

	private static final Pattern IMPORT = Pattern.compile("^import (?:static )?(io\\.rivetevents\\.[\\w.]+);",
			Pattern.MULTILINE);

	private static final Pattern CODE = Pattern.compile("`@?([A-Z]\\w+)[^`\n]*`");

	private static final Pattern IMPLEMENTED = Pattern.compile("class \\w+ implements (\\w+)");

	/** Documents for contributors, not for applications. */
	private static final Set<String> INTERNAL = Set.of("fault-tests.md", "security-tests.md", "protocol.md",
			"upgrading.md");

	private static final List<String> EXTENSION_POINTS = List.of("ActionArgumentResolver", "ActorObserver",
			"ActorStateStore", "ArgumentValidator", "Backplane", "ConnParamsAuthenticationConverter",
			"ConnectionAuthenticator", "CredentialsAuthenticationConverter", "FailureTranslator", "InboundInterceptor",
			"InvocationDecorator", "OutboundInterceptor", "PrincipalCodec", "PrincipalIssuer",
			"PrincipalJsonCustomizer");

	private static final Sources sources = Sources.ofModules();

	static List<Document> documents() {
		return Documents.all().stream().filter((document) -> !INTERNAL.contains(document.name())).toList();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void examplesImportTypesOfTheApi(Document document) {
		List<String> imports = IMPORT.matcher(document.text()).results().map((found) -> found.group(1)).toList();
		assertThat(imports).allMatch(Api::contains);
	}

	@ParameterizedTest
	@MethodSource("documents")
	void textsNameTypesOfTheApi(Document document) {
		Map<String, List<String>> byName = sources.types()
			.stream()
			.collect(Collectors.groupingBy((type) -> type.substring(type.lastIndexOf('.') + 1)));
		Set<String> messages = Stream.of(ToClient.class, ToServer.class)
			.flatMap((type) -> Stream.of(type.getDeclaredClasses()))
			.map(Class::getSimpleName)
			.collect(Collectors.toSet());
		Stream<String> names = CODE.matcher(document.text())
			.results()
			.map((found) -> found.group(1))
			.filter((name) -> byName.containsKey(name) && !messages.contains(name));
		assertThat(names).as(document.name()).allMatch((name) -> byName.get(name).stream().anyMatch(Api::contains));
	}

	@Test
	void eachExtensionPointHasAnExample() {
		Set<String> implemented = new TreeSet<>();
		for (Document document : documents()) {
			IMPLEMENTED.matcher(document.text()).results().forEach((found) -> implemented.add(found.group(1)));
		}
		assertThat(implemented).containsAll(EXTENSION_POINTS);
	}

}
