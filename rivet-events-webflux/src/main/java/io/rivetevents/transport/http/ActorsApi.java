/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * Finds, creates and deletes instances: {@code /actors}, section 2.3 of the protocol
 * document. Bodies are JSON, independent of the client's encoding.
 */
final class ActorsApi {

	/** Maximum number of instances on a page, and of ids in a request. */
	private static final int MAX_PAGE = 100;

	private final ActorDirectory directory;

	private final ValueMapper mapper;

	private final Management management;

	ActorsApi(ActorDirectory directory, ValueMapper mapper, Management management) {
		this.directory = directory;
		this.mapper = mapper;
		this.management = management;
	}

	/**
	 * Answers a request.
	 * @param request the request
	 * @param path its path, starting with {@code /actors}
	 * @param body its body
	 * @param caller the client
	 * @return what to write as JSON
	 */
	Mono<Map<String, Object>> answer(ServerHttpRequest request, String path, byte[] body, ConnectRequest caller) {
		HttpMethod method = request.getMethod();
		if (!path.equals("/actors")) {
			return (method == HttpMethod.DELETE) ? delete(path.substring("/actors/".length()), caller)
					: Mono.error(new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "/actors/<id> requires DELETE."));
		}
		if (method == HttpMethod.GET) {
			return find(RequestFailures.reading(request::getQueryParams), caller);
		}
		if (method == HttpMethod.PUT) {
			Wanted wanted = RequestFailures.reading(() -> read(request, body));
			return this.directory.resolve(new ActorTarget.GetOrCreate(wanted.address(), wanted.input()), caller)
				.map((info) -> Map.of("actor", describe(info), "created", info.created()));
		}
		if (method == HttpMethod.POST) {
			Wanted wanted = RequestFailures.reading(() -> read(request, body));
			return this.directory.resolve(new ActorTarget.Create(wanted.address(), wanted.input()), caller)
				.map((info) -> Map.of("actor", describe(info)));
		}
		return Mono.error(new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "/actors requires GET, POST or PUT."));
	}

	private Mono<Map<String, Object>> delete(String encodedId, ConnectRequest caller) {
		ActorTarget target = new ActorTarget.ById(
				RequestFailures.reading(() -> UriUtils.decode(encodedId, StandardCharsets.UTF_8)));
		return this.management.check(caller.identity())
			.then(this.directory.authorize(target, caller.identity()))
			.then(Mono.defer(() -> this.directory.destroy(target)))
			.thenReturn(Map.of());
	}

	private Mono<Map<String, Object>> find(MultiValueMap<String, String> query, ConnectRequest caller) {
		String ids = query.getFirst("actor_ids");
		if (ids != null) {
			return byIds(ids, caller).map(ActorsApi::describe);
		}
		String name = query.getFirst("name");
		if (name == null) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "`name` or `actor_ids` is required.");
		}
		String key = query.getFirst("key");
		if (key == null) {
			return list(name, query, caller);
		}
		ActorTarget target = new ActorTarget.Get(new ActorAddress(namespace(query), name, ActorKey.parse(key)));
		return this.directory.authorize(target, caller.identity())
			.then(Mono.defer(() -> this.directory.find(target)))
			.flux()
			.collectList()
			.map(ActorsApi::describe);
	}

	/**
	 * Instances that the caller may not access are left out, like those that do not
	 * exist.
	 */
	private Mono<List<ActorInfo>> byIds(String ids, ConnectRequest caller) {
		List<String> wanted = Arrays.stream(ids.split(",")).filter((id) -> !id.isEmpty()).distinct().toList();
		if (wanted.size() > MAX_PAGE) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"`actor_ids` may have at most %d ids.".formatted(MAX_PAGE));
		}
		return Flux.fromIterable(wanted)
			.concatMap((id) -> this.directory.find(new ActorTarget.ById(id)))
			.concatMap((info) -> visible(info, caller))
			.collectList();
	}

	private Mono<ActorInfo> visible(ActorInfo info, ConnectRequest caller) {
		return this.directory.authorize(new ActorTarget.Get(info.address()), caller.identity())
			.thenReturn(info)
			.onErrorResume(ActorsApi::isRefusal, (ex) -> Mono.empty());
	}

	/** A failed access rule is an error of the server, not a denial. */
	private static boolean isRefusal(Throwable ex) {
		return ex instanceof RivetException known && known.status() < HttpStatus.INTERNAL_SERVER_ERROR.value();
	}

	private Mono<Map<String, Object>> list(String name, MultiValueMap<String, String> query, ConnectRequest caller) {
		int limit = limit(query.getFirst("limit"));
		String after = readCursor(query.getFirst("cursor"));
		return this.management.check(caller.identity())
			.then(Mono.defer(() -> this.directory.list(namespace(query), name, after, limit)))
			.flatMap((page) -> Flux.fromIterable(page)
				.concatMap((info) -> visible(info, caller))
				.collectList()
				.map((visible) -> page(visible, (page.size() < limit) ? null : page.get(limit - 1))));
	}

	private static int limit(@Nullable String text) {
		if (text == null) {
			return MAX_PAGE;
		}
		try {
			int limit = Integer.parseInt(text);
			if (limit >= 1 && limit <= MAX_PAGE) {
				return limit;
			}
		}
		catch (NumberFormatException ex) {
			// reported below
		}
		throw new RivetException(ErrorCode.REQUEST_INVALID,
				"`limit` must be a number from 1 to %d.".formatted(MAX_PAGE));
	}

	private static @Nullable String readCursor(@Nullable String cursor) {
		try {
			return (cursor != null) ? new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8) : null;
		}
		catch (IllegalArgumentException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"`cursor` is not valid; use a cursor that this server has returned.");
		}
	}

	private static Map<String, Object> page(List<ActorInfo> visible, @Nullable ActorInfo last) {
		Map<String, Object> answer = new LinkedHashMap<>(describe(visible));
		if (last != null) {
			byte[] key = last.address().key().serialize().getBytes(StandardCharsets.UTF_8);
			answer.put("pagination", Map.of("cursor", Base64.getUrlEncoder().withoutPadding().encodeToString(key)));
		}
		return answer;
	}

	private static Map<String, Object> describe(List<ActorInfo> found) {
		return Map.of("actors", found.stream().map(ActorsApi::describe).toList());
	}

	/**
	 * The instance that a request finds or creates.
	 *
	 * @param address address of the instance
	 * @param input input of a new instance, as JSON
	 */
	private record Wanted(ActorAddress address, byte @Nullable [] input) {
	}

	private Wanted read(ServerHttpRequest request, byte[] body) {
		JsonNode fields = this.mapper.readTree(body);
		JsonNode name = fields.path("name");
		JsonNode key = fields.path("key");
		if (!name.isString() || name.stringValue().isEmpty() || !(key.isString() || key.isMissingNode())) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"The body requires a non-empty string `name`; `key`, if present, must be a string.");
		}
		ActorKey parsed = key.isString() ? ActorKey.parse(key.stringValue()) : ActorKey.EMPTY;
		if (key.isString() && key.stringValue().isEmpty()) {
			throw new RivetException(ErrorCode.EMPTY_KEY, "`key` must not be empty; the empty key is written as `/`.");
		}
		ActorAddress address = new ActorAddress(namespace(request.getQueryParams()), name.stringValue(), parsed);
		return new Wanted(address, readInput(fields.path("input")));
	}

	private static byte @Nullable [] readInput(JsonNode input) {
		if (!input.isString()) {
			return null;
		}
		try {
			return WireValues.encodeJson(WireValues.decodeCbor(Base64.getDecoder().decode(input.stringValue())));
		}
		catch (IllegalArgumentException | RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "`input` must be CBOR in base64.");
		}
	}

	private static String namespace(MultiValueMap<String, String> query) {
		String namespace = query.getFirst("namespace");
		return (namespace != null) ? namespace : ActorAddress.DEFAULT_NAMESPACE;
	}

	private static Map<String, Object> describe(ActorInfo info) {
		Map<String, Object> fields = new LinkedHashMap<>();
		fields.put("actor_id", info.actorId());
		fields.put("name", info.address().name());
		fields.put("key", info.address().key().serialize());
		fields.put("namespace_id", info.address().namespace());
		fields.put("runner_name_selector", "default");
		fields.put("crash_policy", "sleep");
		fields.put("create_ts", info.createdAt().toEpochMilli());
		Instant startedAt = info.startedAt();
		if (startedAt != null) {
			fields.put("start_ts", startedAt.toEpochMilli());
			fields.put("connectable_ts", startedAt.toEpochMilli());
		}
		return fields;
	}

}
