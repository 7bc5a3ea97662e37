/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * One message in each direction, the same in all encodings: a chat message with a text of
 * 100 characters.
 */
final class Samples {

	private static final JsonNodeFactory nodes = JsonNodeFactory.instance;

	private Samples() {
	}

	static ToClient.Event event() {
		return new ToClient.Event("messageReceived", List.copyOf(args().values()));
	}

	static ToServer.ActionRequest actionRequest() {
		return new ToServer.ActionRequest(7, "sendMessage", List.copyOf(args().values()));
	}

	private static ArrayNode args() {
		ArrayNode args = nodes.arrayNode().add("ada");
		args.addObject()
			.put("id", "be3c39a5-7a0b-4d5c-9d0e-0c5e1f2a3b4c")
			.put("text", "x".repeat(100))
			.put("mood", 0.75)
			.put("edits", 3)
			.put("pinned", true);
		return args;
	}

	/**
	 * Returns the message in the form of a client; the runtime writes only messages to
	 * clients.
	 */
	static byte[] actionRequest(Encoding encoding) {
		byte[] frame = switch (encoding) {
			case JSON ->
				"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":[\"$BigInt\",\"7\"],\"name\":\"sendMessage\",\"args\":%s}}}"
					.formatted(args())
					.getBytes(StandardCharsets.UTF_8);
			case CBOR -> concat(HexFormat.of()
				.parseHex("b9000164626f6479b90002637461676d416374696f6e526571756573746376616cb90003"
						+ "6269641b0000000000000007646e616d656b73656e644d6573736167656461726773"),
					cborArgs());
			// version 4, ActionRequest, id, name, and the length of the arguments
			case BARE -> concat(HexFormat.of().parseHex("040000070b73656e644d657373616765"), length(cborArgs().length),
					cborArgs());
			default -> throw new IllegalArgumentException("Clients do not use " + encoding);
		};
		if (!encoding.codec().decode(frame).equals(actionRequest())) {
			throw new IllegalStateException("The frame in %s is another message".formatted(encoding));
		}
		return frame;
	}

	/**
	 * Returns the arguments from a response over HTTP, where {@code "output"} precedes
	 * them.
	 */
	private static byte[] cborArgs() {
		byte[] answer = Encoding.CBOR.codec().encodeActionResponse(args());
		return Arrays.copyOfRange(answer, 2 + "output".length(), answer.length);
	}

	/** Writes seven bits per byte, the lowest first. */
	private static byte[] length(int length) {
		return (length < 128) ? new byte[] { (byte) length }
				: new byte[] { (byte) (length & 127 | 128), (byte) (length >> 7) };
	}

	private static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

}
