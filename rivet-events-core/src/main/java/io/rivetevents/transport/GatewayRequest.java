/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.value.WireValues;

/**
 * A parsed gateway URL: {@code /gateway/<id>[@<token>]/<path>}, or {@code
 * /gateway/<name>/<path>?rvt-...} by name and key. See section 3 of the protocol
 * document.
 *
 * @param target the target instance
 * @param path the encoded rest of the path, starting with a slash
 */
public record GatewayRequest(ActorTarget target, String path) {

	/** Prefix of every gateway path. */
	public static final String PREFIX = "/gateway/";

	private static final String PARAMETER_PREFIX = "rvt-";

	private static final Set<String> PARAMETERS = Set.of("rvt-namespace", "rvt-method", "rvt-runner", "rvt-pool",
			"rvt-key", "rvt-input", "rvt-region", "rvt-crash-policy", "rvt-token", "rvt-skip-ready-wait");

	/** Parameters that contain credentials or data of a client. */
	private static final Set<String> PRIVATE_PARAMETERS = Set.of("rvt-token", "rvt-input");

	/** The token behind the id of an instance. */
	private static final Pattern TOKEN = Pattern.compile("(" + PREFIX + "[^/@]*)@[^/]*");

	private static final Set<String> CRASH_POLICIES = Set.of("restart", "sleep", "destroy");

	private static final Set<String> BOOLEANS = Set.of("true", "1", "false", "0");

	/**
	 * Parses a URL.
	 * @param path encoded path, starting with {@value #PREFIX}
	 * @param query encoded query, {@code null} if there is none
	 * @throws RivetException {@code guard.query_*}, {@code guard.no_route}
	 */
	public static GatewayRequest parse(String path, @Nullable String query) {
		if (path.contains("//")) {
			throw new RivetException(ErrorCode.NO_ROUTE, "A gateway path must not contain an empty segment.");
		}
		int end = path.indexOf('/', PREFIX.length());
		String first = path.substring(PREFIX.length(), (end < 0) ? path.length() : end);
		String rest = (end < 0) ? "/" : path.substring(end);
		Map<String, String> parameters = parameters(query);
		ActorTarget target = parameters.isEmpty() ? byId(first) : byKey(first, parameters);
		return new GatewayRequest(target, rest);
	}

	/**
	 * Returns a URL for the log and for observers, without parameters that may contain
	 * credentials: of the query, only parameters of the gateway are left.
	 * @param uri the URL of a request
	 */
	static URI withoutCredentials(URI uri) {
		String[] parts = uri.toString().split("\\?", 2);
		String path = TOKEN.matcher(parts[0]).replaceFirst("$1");
		String query = (parts.length == 1) ? ""
				: Stream.of(parts[1].split("&")).filter(GatewayRequest::isPublic).collect(Collectors.joining("&"));
		return URI.create(query.isEmpty() ? path : path + '?' + query);
	}

	private static boolean isPublic(String pair) {
		String name = pair.split("=", 2)[0];
		return PARAMETERS.contains(name) && !PRIVATE_PARAMETERS.contains(name);
	}

	private static ActorTarget byId(String segment) {
		int token = segment.indexOf('@');
		String id = decode((token < 0) ? segment : segment.substring(0, token));
		if (id.isEmpty()) {
			throw new RivetException(ErrorCode.NO_ROUTE, "A gateway path must contain the id or the name of an actor.");
		}
		return new ActorTarget.ById(id);
	}

	private static ActorTarget byKey(String segment, Map<String, String> parameters) {
		if (segment.contains("@")) {
			throw new RivetException(ErrorCode.QUERY_PATH_TOKEN_SYNTAX,
					"A token in the path is allowed with an actor id only, not with a name.");
		}
		String name = decode(segment);
		if (name.isEmpty()) {
			throw new RivetException(ErrorCode.QUERY_EMPTY_ACTOR_NAME,
					"A gateway path must contain the name of an actor.");
		}
		checkValues(parameters);
		String namespace = parameters.getOrDefault("rvt-namespace", ActorAddress.DEFAULT_NAMESPACE);
		ActorAddress address = new ActorAddress(namespace, name, ActorKey.ofQueryParameter(parameters.get("rvt-key")));
		return switch (parameters.getOrDefault("rvt-method", "")) {
			case "get" -> get(address, parameters);
			case "getOrCreate" -> getOrCreate(address, parameters);
			default -> throw invalid("rvt-method must be `get` or `getOrCreate`.");
		};
	}

	private static void checkValues(Map<String, String> parameters) {
		if (!CRASH_POLICIES.contains(parameters.getOrDefault("rvt-crash-policy", "sleep"))) {
			throw invalid("rvt-crash-policy must be `restart`, `sleep` or `destroy`.");
		}
		if (!BOOLEANS.contains(parameters.getOrDefault("rvt-skip-ready-wait", "false"))) {
			throw invalid("rvt-skip-ready-wait must be `true` or `false`.");
		}
	}

	private static ActorTarget get(ActorAddress address, Map<String, String> parameters) {
		for (String name : Set.of("rvt-input", "rvt-region", "rvt-crash-policy", "rvt-runner", "rvt-pool")) {
			if (parameters.containsKey(name)) {
				throw new RivetException(ErrorCode.QUERY_GET_DISALLOWED_PARAMS, name + " is not allowed with `get`.");
			}
		}
		return new ActorTarget.Get(address);
	}

	private static ActorTarget getOrCreate(ActorAddress address, Map<String, String> parameters) {
		if (!parameters.containsKey("rvt-runner") && !parameters.containsKey("rvt-pool")) {
			throw new RivetException(ErrorCode.QUERY_MISSING_POOL, "`getOrCreate` requires rvt-runner.");
		}
		String input = parameters.get("rvt-input");
		return new ActorTarget.GetOrCreate(address, (input != null) ? readInput(input) : null);
	}

	private static byte[] readInput(String base64) {
		byte[] cbor;
		try {
			cbor = Base64.getUrlDecoder().decode(base64);
		}
		catch (IllegalArgumentException ex) {
			throw new RivetException(ErrorCode.QUERY_INVALID_BASE64_INPUT, "rvt-input is not valid base64url.");
		}
		try {
			return WireValues.encodeJson(WireValues.decodeCbor(cbor));
		}
		catch (RivetException ex) {
			throw new RivetException(ErrorCode.QUERY_INVALID_CBOR_INPUT, "rvt-input is not valid CBOR.");
		}
	}

	/** The parameters of the gateway; all others belong to the actor. */
	private static Map<String, String> parameters(@Nullable String query) {
		Map<String, String> parameters = new LinkedHashMap<>();
		if (query == null) {
			return parameters;
		}
		for (String pair : query.split("&")) {
			int equals = pair.indexOf('=');
			String name = (equals < 0) ? pair : pair.substring(0, equals);
			if (!name.startsWith(PARAMETER_PREFIX)) {
				continue;
			}
			if (!PARAMETERS.contains(name)) {
				throw invalid("Unknown parameter %s.".formatted(name));
			}
			if (parameters.put(name, decodeForm((equals < 0) ? "" : pair.substring(equals + 1))) != null) {
				throw new RivetException(ErrorCode.QUERY_DUPLICATE_PARAM,
						"%s is given more than once.".formatted(name));
			}
		}
		return parameters;
	}

	private static RivetException invalid(String message) {
		return new RivetException(ErrorCode.QUERY_INVALID_PARAMS, message);
	}

	private static String decode(String encoded) {
		try {
			return StringUtils.uriDecode(encoded, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			throw new RivetException(ErrorCode.QUERY_INVALID_PERCENT_ENCODING,
					"The URL contains an invalid percent escape.");
		}
	}

	private static String decodeForm(String encoded) {
		try {
			return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			throw new RivetException(ErrorCode.QUERY_INVALID_PERCENT_ENCODING,
					"The URL contains an invalid percent escape.");
		}
	}

}
