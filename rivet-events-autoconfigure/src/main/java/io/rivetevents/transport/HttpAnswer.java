package io.rivetevents.transport;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ValueMapper;

/**
 * Writes answers over HTTP.
 */
public final class HttpAnswer {

	private static final String ERROR_HEADER = "x-rivet-error";

	private HttpAnswer() {
	}

	/**
	 * Write an answer.
	 */
	public static Mono<Void> write(ServerHttpResponse response, int status, String contentType, byte[] body) {
		response.setStatusCode(HttpStatusCode.valueOf(status));
		response.getHeaders().setContentType(MediaType.parseMediaType(contentType));
		response.getHeaders().setContentLength(body.length);
		return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
	}

	/**
	 * Write an error.
	 */
	public static Mono<Void> writeError(ServerHttpResponse response, RivetException ex, Encoding encoding,
			ValueMapper mapper) {
		JsonNode metadata = metadata(ex, mapper);
		ToClient.Error error = new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, null, null);
		response.getHeaders().set(ERROR_HEADER, ex.group() + "." + ex.code());
		return write(response, ex.status(), encoding.contentType(), encoding.codec().encodeError(error));
	}

	private static @Nullable JsonNode metadata(RivetException ex, ValueMapper mapper) {
		return (ex.metadata() != null) ? mapper.toTree(ex.metadata()) : null;
	}

}
