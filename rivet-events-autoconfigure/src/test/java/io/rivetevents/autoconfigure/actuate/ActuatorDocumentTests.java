/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.placement.inspection.InstanceStatus;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/actuator.md} lists the operations of the endpoint and what they show, and
 * its example runs.
 */
class ActuatorDocumentTests {

	private static final Pattern ROW = Pattern
		.compile("^\\| `(GET|POST) /actuator/rivetevents/([a-z-]+)` \\| (.*?) ?\\| ", Pattern.MULTILINE);

	private static final Pattern BLOCK = Pattern.compile("```(\\w+)\n(.*?)```", Pattern.DOTALL);

	private static final Pattern REQUEST = Pattern.compile("-d '([^']*)'");

	private final String document;

	@TempDir
	private Path classes;

	ActuatorDocumentTests() throws IOException {
		this.document = Files.readString(Path.of("../docs/actuator.md"));
	}

	private List<String> blocks(String language) {
		return BLOCK.matcher(this.document)
			.results()
			.filter((block) -> block.group(1).equals(language))
			.map((block) -> block.group(2))
			.toList();
	}

	@Test
	void listsEachOperationWithItsParameters() {
		Stream<String> views = Stream.of(View.values()).map((view) -> row("GET", view.segment(), view.parameters()));
		Stream<String> commands = Stream.of(Command.values())
			.map((command) -> row("POST", command.segment(), command.parameters()));
		assertThat(ROW.matcher(this.document)
			.results()
			.map((row) -> "%s %s %s".formatted(row.group(1), row.group(2), row.group(3).replace("`", ""))))
			.containsExactlyElementsOf(Stream.concat(views, commands).toList());
	}

	private static String row(String method, String segment, List<String> parameters) {
		return "%s %s %s".formatted(method, segment, String.join(", ", parameters));
	}

	@Test
	void namesWhatIsShown() {
		Stream.of(InstanceDescription.class, ConnectionDescription.class, DeliveryList.class)
			.flatMap((type) -> Stream.of(type.getRecordComponents()))
			.map(RecordComponent::getName)
			.forEach((name) -> assertThat(this.document).containsAnyOf("`" + name + "`", "\"" + name + "\""));
		for (InstanceStatus status : InstanceStatus.values()) {
			assertThat(this.document).contains("| `%s` |".formatted(status.name().toLowerCase(Locale.ROOT)));
		}
	}

	@Test
	void theExampleRuns() throws Exception {
		try (URLClassLoader loader = new URLClassLoader(new URL[] { this.classes.toUri().toURL() });
				ConfigurableApplicationContext context = start(loader)) {
			context.getBean(Actors.class)
				.getOrCreate("chatRoom", "general")
				.call("open", String.class)
				.block(Duration.ofSeconds(10));
			String base = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
			List<String> commands = blocks("sh").stream().flatMap(String::lines).toList();
			assertThat(commands).hasSizeGreaterThan(5);
			for (String command : commands) {
				int expected = command.contains("/close") ? 404 : 200; // no such
																		// connection
				assertThat(status(command, base, "admin")).as(command).isEqualTo(expected);
				assertThat(status(command, base, "ada")).as(command).isEqualTo(403);
			}
		}
	}

	private static int status(String command, String base, String user) throws Exception {
		String url = command.replaceAll("'", "").replaceAll(".*http://localhost:8080", base);
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
			.header("Content-Type", "application/json")
			.header("Authorization", TestHttp.authorization(user));
		Matcher body = REQUEST.matcher(command);
		if (body.find()) {
			request.POST(HttpRequest.BodyPublishers.ofString(body.group(1)));
		}
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	private ConfigurableApplicationContext start(ClassLoader loader) throws Exception {
		List<Class<?>> sources = new ArrayList<>(List.of(Application.class));
		for (String code : blocks("java")) {
			sources.add(loader.loadClass(compile(code)));
		}
		PropertySource<?> settings = new YamlPropertySourceLoader()
			.load("example", new ByteArrayResource(blocks("yaml").get(0).getBytes(StandardCharsets.UTF_8)))
			.get(0);
		return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).bannerMode(Banner.Mode.OFF)
			.initializers((context) -> {
				context.getEnvironment().getPropertySources().addFirst(settings);
				((GenericApplicationContext) context).setClassLoader(loader);
			})
			.properties(Map.of("server.port", 0))
			.run();
	}

	private String compile(String code) throws IOException {
		Matcher name = Pattern.compile("\nclass (\\w+)").matcher(code);
		assertThat(name.find()).isTrue();
		Path file = Files.writeString(this.classes.resolve(name.group(1) + ".java"), code);
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-proc:none", "-d", this.classes.toString(), "-classpath",
					System.getProperty("java.class.path"), file.toString());
		assertThat(result).isZero();
		return name.group(1);
	}

	@Actor("chatRoom")
	static class ChatRoom {

		@Action
		String open() {
			return "";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ ChatRoom.class, TestUsers.class })
	static class Application {

	}

}
