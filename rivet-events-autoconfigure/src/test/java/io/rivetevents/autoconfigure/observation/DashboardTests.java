/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.Actors;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * {@code docs/grafana-dashboard.json} and the names of the meters in Prometheus.
 */
class DashboardTests {

	private static final Path DASHBOARD = Path.of("../docs/grafana-dashboard.json");

	private static final Pattern NAME = Pattern.compile("rivet_[a-z_]+");

	private final HttpClient http = HttpClient.newHttpClient();

	/** Returns the queries as a data source of Grafana sends them. */
	private static Set<String> queries() {
		Set<String> queries = new TreeSet<>();
		for (JsonNode panel : JsonMapper.shared().readTree(DASHBOARD.toFile()).path("panels")) {
			panel.path("targets").forEach((target) -> queries.add(target.path("expr").stringValue()));
		}
		return queries;
	}

	private static Set<String> names(String text) {
		return NAME.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void readsMetersThatPrometheusHasByThatName() {
		Set<String> known = names(scrapeOfAll().lines()
			.filter((line) -> !line.startsWith("#"))
			.map((line) -> line.replaceAll("[{ ].*", ""))
			.collect(Collectors.joining(" ")));
		assertThat(known).containsAll(names(String.join(" ", queries())));
	}

	@Test
	void readsEachMeter() {
		String queries = String.join(" ", queries());
		assertThat(RivetMeter.values())
			.allSatisfy((meter) -> assertThat(queries).containsPattern(meter.id().replace('.', '_') + "(_|\\{)"));
	}

	/** Registers each meter with some value for each tag. */
	private static String scrapeOfAll() {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		for (RivetMeter meter : RivetMeter.values()) {
			String[] values = meter.tags().stream().map((tag) -> "some").toArray(String[]::new);
			if (meter.type() == Meter.Type.COUNTER) {
				meter.counter(registry, values);
			}
			else if (meter.type() == Meter.Type.GAUGE) {
				meter.gauge(registry, registry, (any) -> 1, values);
			}
			else if (meter.type() == Meter.Type.TIMER) {
				meter.timer(registry, values);
			}
			else {
				meter.summary(registry, values);
			}
		}
		return registry.scrape();
	}

	/**
	 * Runs each query on a Prometheus that reads an application. Debian's package {@code
	 * prometheus} has the program.
	 */
	@Test
	@EnabledIfSystemProperty(named = "rivet.test.prometheus", matches = "true")
	void returnsASeriesForEachQuery(@TempDir Path folder) throws Exception {
		try (ConfigurableApplicationContext application = start()) {
			int port = freePort();
			Process prometheus = startPrometheus(folder, application, port);
			try {
				Set<String> empty = new TreeSet<>(queries());
				assertThat(empty).isNotEmpty();
				Awaitility.await()
					.atMost(Duration.ofMinutes(1))
					.pollInterval(Duration.ofSeconds(1))
					.untilAsserted(() -> {
						use(application);
						empty.removeIf((query) -> hasSeries(port, query));
						assertThat(empty).isEmpty();
					});
			}
			finally {
				prometheus.destroy();
				prometheus.waitFor();
			}
		}
	}

	private static ConfigurableApplicationContext start() throws IOException {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.run("--server.port=0", "--management.endpoints.web.exposure.include=prometheus",
					"--spring.datasource.url=jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID()),
					"--spring.flyway.enabled=false", "--rivet.events.state.store=jdbc",
					"--rivet.events.cluster.enabled=true", "--rivet.events.cluster.bind-address=127.0.0.1",
					"--rivet.events.cluster.port=" + freePort(), "--rivet.events.shutdown.spread=0s");
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static String local(ConfigurableApplicationContext application) {
		return "localhost:" + application.getEnvironment().getProperty("local.server.port");
	}

	private static Process startPrometheus(Path folder, ConfigurableApplicationContext application, int port)
			throws IOException {
		Path settings = folder.resolve("prometheus.yml");
		Files.writeString(settings, """
				global:
				  scrape_interval: 1s
				scrape_configs:
				  - job_name: rivet
				    metrics_path: /actuator/prometheus
				    static_configs:
				      - targets: ["%s"]
				""".formatted(local(application)));
		File log = folder.resolve("prometheus.log").toFile();
		return new ProcessBuilder("prometheus", "--config.file=" + settings,
				"--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=127.0.0.1:" + port)
			.redirectErrorStream(true)
			.redirectOutput(log)
			.start();
	}

	private boolean hasSeries(int port, String query) {
		String sent = query.replace("$__rate_interval", "10s").replace("$instance", ".*");
		URI uri = URI.create("http://127.0.0.1:%d/api/v1/query?query=%s".formatted(port,
				URLEncoder.encode(sent, StandardCharsets.UTF_8)));
		try {
			HttpResponse<String> response = this.http.send(HttpRequest.newBuilder(uri).build(),
					HttpResponse.BodyHandlers.ofString());
			JsonNode answer = JsonMapper.shared().readTree(response.body());
			assertThat(answer.path("status").asString("")).as(query).isEqualTo("success");
			return !answer.path("data").path("result").isEmpty();
		}
		catch (IOException ex) {
			return false; // not started yet
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Does something of each kind once. */
	private static void use(ConfigurableApplicationContext application) {
		Actors actors = application.getBean(Actors.class);
		catchThrowable(() -> actors.getOrCreate("market", "used").call("kick", Object.class).block());
		String base = "http://%s/rivet".formatted(local(application));
		try (TestClient client = TestClient.connect(base, Encoding.EXTENDED_JSON, "market", "used", TestClient.HELLO);
				TestClient refused = TestClient.connect(base, Encoding.EXTENDED_JSON, "bazaar", "used",
						TestClient.HELLO)) {
			Received init = client.next("Init");
			client.subscribe("price");
			client.call(1, "tell");
			client.next(ToClient.Event.class);
			client.next(ToClient.ActionResponse.class);
			client.call(2, "save");
			client.next(ToClient.ActionResponse.class);
			refused.closed();
			ToServer.Hello hello = new ToServer.Hello(List.of(), TestClient.resume(init, init.position()), null, null,
					null, null);
			TestClient.connect(base, Encoding.EXTENDED_JSON, "market", "used", hello).close();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(MetersIntegrationTests.Market.class)
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

}
