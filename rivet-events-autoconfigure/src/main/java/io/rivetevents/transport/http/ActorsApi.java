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
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorDirectory;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ActorTarget;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ValueMapper;
import io.rivetevents.protocol.Values;

/**
 * Finds, creates and deletes instances: {@code /actors}, section 2.3 of the protocol
 * document. Bodies are JSON whatever encoding the client uses.
 */
final class ActorsApi {

	private final ActorDirectory directory;

	private final ValueMapper mapper;

	ActorsApi(ActorDirectory directory, ValueMapper mapper) {
		this.directory = directory;
		this.mapper = mapper;
	}

	/**
	 * Answer a request.
	 * @param request the request
	 * @param path its path from {@code /actors} on
	 * @param body its body
	 * @return what to write as JSON
	 */
	Mono<Map<String, Object>> answer(ServerHttpRequest request, String path, byte[] body) {
		HttpMethod method = request.getMethod();
		if (!path.equals("/actors")) {
			return (method == HttpMethod.DELETE) ? delete(path.substring("/actors/".length()))
					: Mono.error(new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "/actors/<id> takes DELETE."));
		}
		if (method == HttpMethod.GET) {
			return list(request.getQueryParams());
		}
		if (method == HttpMethod.PUT) {
			Wanted wanted = read(request, body);
			return this.directory.resolve(new ActorTarget.GetOrCreate(wanted.address(), wanted.input()))
				.map((info) -> Map.of("actor", describe(info), "created", info.created()));
		}
		if (method == HttpMethod.POST) {
			Wanted wanted = read(request, body);
			return this.directory.resolve(new ActorTarget.Create(wanted.address(), wanted.input()))
				.map((info) -> Map.of("actor", describe(info)));
		}
		return Mono.error(new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "/actors takes GET, POST and PUT."));
	}

	private Mono<Map<String, Object>> delete(String encodedId) {
		String id = UriUtils.decode(encodedId, StandardCharsets.UTF_8);
		return this.directory.destroy(new ActorTarget.ById(id)).thenReturn(Map.of());
	}

	private Mono<Map<String, Object>> list(MultiValueMap<String, String> query) {
		return find(query).map((found) -> Map.of("actors", found.stream().map(ActorsApi::describe).toList()));
	}

	private Mono<List<ActorInfo>> find(MultiValueMap<String, String> query) {
		String ids = query.getFirst("actor_ids");
		if (ids != null) {
			return Flux.fromStream(Arrays.stream(ids.split(",")).filter((id) -> !id.isEmpty()))
				.flatMap((id) -> this.directory.find(new ActorTarget.ById(id)))
				.collectList();
		}
		String name = query.getFirst("name");
		if (name == null) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "`name` or `actor_ids` is needed.");
		}
		String namespace = namespace(query);
		String key = query.getFirst("key");
		if (key == null) {
			return this.directory.list(namespace, name);
		}
		ActorAddress address = new ActorAddress(namespace, name, ActorKey.parse(key));
		return this.directory.find(new ActorTarget.Get(address)).flux().collectList();
	}

	/**
	 * What a request wants to find or create.
	 *
	 * @param address where
	 * @param input the input of a new instance
	 */
	private record Wanted(ActorAddress address, @Nullable JsonNode input) {
	}

	private Wanted read(ServerHttpRequest request, byte[] body) {
		JsonNode fields = this.mapper.readTree(body);
		JsonNode name = fields.path("name");
		JsonNode key = fields.path("key");
		if (!name.isString() || name.stringValue().isEmpty() || !(key.isString() || key.isMissingNode())) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The body needs `name` and `key`, both strings.");
		}
		ActorKey parsed = key.isString() ? ActorKey.parse(key.stringValue()) : ActorKey.EMPTY;
		if (key.isString() && key.stringValue().isEmpty()) {
			throw new RivetException(ErrorCode.EMPTY_KEY, "An empty key is written as `/`.");
		}
		ActorAddress address = new ActorAddress(namespace(request.getQueryParams()), name.stringValue(), parsed);
		return new Wanted(address, readInput(fields.path("input")));
	}

	private static @Nullable JsonNode readInput(JsonNode input) {
		if (!input.isString()) {
			return null;
		}
		try {
			return Values.decodeCbor(Base64.getDecoder().decode(input.stringValue()));
		}
		catch (IllegalArgumentException | RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "`input` is the base64 of CBOR.");
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
