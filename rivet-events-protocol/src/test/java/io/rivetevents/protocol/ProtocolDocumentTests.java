/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ToClient.ResumeOutcome;
import io.rivetevents.protocol.ToClient.SnapshotResult;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples in {@code docs/protocol.md} are what the server writes and reads, and its
 * table of reasons is what the codes say.
 */
class ProtocolDocumentTests {

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final ToClient.Error FORBIDDEN = new ToClient.Error("auth", "forbidden", "Forbidden",
			MAPPER.valueToTree(Map.of("eventName", "admin")), null, null);

	private final String document = read();

	private static String read() {
		try {
			return Files.readString(Path.of("../docs/protocol.md"));
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	private Stream<String> examples(String direction) {
		return Pattern.compile("```json " + direction + "\n(.*?)\n```", Pattern.DOTALL)
			.matcher(this.document)
			.results()
			.map((found) -> found.group(1));
	}

	@Test
	void showsWhatTheServerWrites() {
		Position before = new Position("k3v9x1", 41);
		List<ToClient> messages = List.of(
				new ToClient.Welcome("a1", "c1", before, "s1", "Zm9vYmFy", ResumeOutcome.FRESH, 25000, null, Map.of(),
						false),
				new ToClient.Welcome("a1", "c2", before, "s1", "Zm9vYmFy", ResumeOutcome.resumed(3), 25000, null,
						Map.of(), false),
				new ToClient.Welcome("a1", "c3", new Position("p0q8zz", 7), "s2", "YmFyYmF6",
						ResumeOutcome.resynced("epoch_changed"), 25000,
						new SnapshotResult(MAPPER.valueToTree(List.of("a", "b")), null), Map.of("admin", FORBIDDEN),
						true),
				new ToClient.Event("message", List.of(MAPPER.valueToTree(Map.of("text", "hi"))),
						new Position("k3v9x1", 42)),
				new ToClient.Event("news", List.of(MAPPER.valueToTree("4:1")), new Position("k3v9x1", 43),
						Set.of("sport")),
				new ToClient.Event("shipped", List.of(MAPPER.valueToTree("o-17")), null, Set.of(),
						"0193788b1a2b00004f6c2d9e8b7a1c3d"),
				new ToClient.Event("moved", List.of(MAPPER.valueToTree("e4")), new Position("k3v9x1", 44), Set.of(),
						null, TraceParentTests.PARENT),
				new ToClient.Gap("dropped", Set.of("cursor"), new Position("k3v9x1", 57)),
				new ToClient.KeepAlive(new Position("k3v9x1", 57)),
				new ToClient.SubscriptionResponse("news", true, new Position("k3v9x1", 57), null),
				new ToClient.SubscriptionResponse("admin", true, new Position("k3v9x1", 57), FORBIDDEN),
				new ToClient.ActionResponse(1, MAPPER.valueToTree(Map.of("ok", true))),
				new ToClient.Error("actor", "action_timed_out", "Action timed out", null, 2L, null),
				new ToClient.Expiring(30000), new ToClient.AuthenticateResponse(300000L, null),
				new ToClient.AuthenticateResponse(null,
						ToClient.Error.of(ErrorCode.INTERNAL_ERROR, ErrorCode.INTERNAL_ERROR.message())),
				new ToClient.GoingAway(1234), new ToClient.Close(CloseReason.of(ErrorCode.RESTARTING), 1234L));
		assertThat(examples("to-client")).containsExactlyElementsOf(messages.stream().map(this::written).toList());
	}

	private String written(ToClient message) {
		return new String(Encoding.EXTENDED_JSON.codec().encode(message), StandardCharsets.UTF_8);
	}

	@Test
	void showsWhatTheServerReads() {
		JsonNode hi = MAPPER.valueToTree("hi");
		List<ToServer> messages = List.of(
				new ToServer.Hello(
						List.of(new SubscriptionRequest("message", true),
								new SubscriptionRequest("news", true, Set.of("sport"))),
						null, new ToServer.Snapshot("getHistory", List.of()),
						MAPPER.valueToTree(Map.of("role", "player")), MAPPER.valueToTree(Map.of("token", "eyJ…")),
						"9f2c51e07ab34d10"),
				new ToServer.Hello(List.of(new SubscriptionRequest("message", true)),
						new ToServer.Resume(new Position("k3v9x1", 41), "0d9e3c2a-8a52-4d8e-9d5e-0c1f5ad6a5a1",
								"Zm9vYmFy"),
						null, null, null, null),
				new SubscriptionRequest("news", true, Set.of("sport")),
				new ToServer.ActionRequest(1, "sendMessage", List.of(hi)),
				new ToServer.ActionRequest(2, "pay", List.of(MAPPER.valueToTree(10)),
						new CallOptions(false, Duration.ofSeconds(5), "order-17")),
				new ToServer.ActionRequest(3, "moved", List.of(MAPPER.valueToTree(1), MAPPER.valueToTree(2)),
						new CallOptions(true, null, null)),
				new ToServer.ActionRequest(4, "move", List.of(MAPPER.valueToTree("e4")),
						new CallOptions(false, null, null, TraceParentTests.PARENT)),
				new ToServer.Cancel(2), new ToServer.ActionRequest(4, "sendMessage", List.of(hi), CallOptions.NONE, 57),
				new ToServer.Authenticate(MAPPER.valueToTree(Map.of("token", "eyJ…"))));
		assertThat(examples("to-server")
			.map((example) -> Encoding.EXTENDED_JSON.codec().decode(example.getBytes(StandardCharsets.UTF_8))))
			.containsExactlyElementsOf(messages);
	}

	@Test
	void showsAStream() {
		Position before = new Position("k3v9x1", 41);
		String stream = Stream
			.of(new ToClient.Welcome("a1", "c1", before, "s1", "Zm9vYmFy", ResumeOutcome.FRESH, 25000, null, Map.of(),
					false),
					new ToClient.Event("message", List.of(MAPPER.valueToTree(Map.of("text", "hi"))),
							new Position("k3v9x1", 42)),
					new ToClient.Event("shipped", List.of(MAPPER.valueToTree("o-17")), null, Set.of(),
							"0193788b1a2b00004f6c2d9e8b7a1c3d"),
					new ToClient.KeepAlive(new Position("k3v9x1", 57)))
			.map((item) -> new String(Encoding.EVENT_STREAM.codec().encode(item), StandardCharsets.UTF_8))
			.reduce("", String::concat);
		assertThat(this.document).contains("\n\n" + stream + "```");
	}

	@Test
	void listsEachReasonWithItsAdvice() {
		Map<String, String> advices = new LinkedHashMap<>();
		Pattern.compile("^\\| `([a-z]+\\.[a-z_]+)` \\| 1011 \\| `([a-z]+)` \\|", Pattern.MULTILINE)
			.matcher(this.document)
			.results()
			.forEach((row) -> advices.put(row.group(1), row.group(2)));
		for (ErrorCode code : ErrorCode.values()) {
			assertThat(advices.getOrDefault(code.reason(), "never")).as(code.reason())
				.isEqualTo(CloseReason.of(code).advice().wireName());
		}
		assertThat(advices).hasSizeGreaterThan(12);
		assertThat(advices.keySet()).allSatisfy((reason) -> assertThat(ErrorCode.ofReason(reason)).isNotNull());
		assertThat(CloseReason.disconnected("enough").advice()).isEqualTo(ReconnectAdvice.NEVER);
	}

	@Test
	void writesNothingOfItInThePlainProtocol() {
		ToClient.Event event = new ToClient.Event("e", List.of(), new Position("epoch", 7), Set.of(), "id",
				TraceParentTests.PARENT);
		for (Encoding encoding : ClientCodec.PLAIN) {
			assertThat(encoding.codec().encode(event))
				.isEqualTo(encoding.codec().encode(new ToClient.Event("e", List.of())));
		}
	}

}
