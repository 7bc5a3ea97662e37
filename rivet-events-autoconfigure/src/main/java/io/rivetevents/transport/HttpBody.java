package io.rivetevents.transport;

import java.util.Set;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * Reads what clients send over HTTP.
 */
public final class HttpBody {

	/** What a page of another origin may send without being asked for it first. */
	private static final Set<MediaType> SIMPLE_TYPES = Set.of(MediaType.TEXT_PLAIN,
			MediaType.APPLICATION_FORM_URLENCODED, MediaType.MULTIPART_FORM_DATA);

	private HttpBody() {
	}

	/**
	 * Refuse what a form on a foreign page could send with the user's cookies. All else
	 * is asked for by a preflight first, which the {@code OriginFilter} answers.
	 * @throws RivetException {@code request.invalid}
	 */
	public static void checkContentType(ServerHttpRequest request) {
		MediaType type = request.getHeaders().getContentType();
		boolean form = type == null || SIMPLE_TYPES.stream().anyMatch((simple) -> simple.isCompatibleWith(type));
		if (request.getMethod() == HttpMethod.POST && form) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"The content type is application/json or application/octet-stream.");
		}
	}

	/**
	 * Read a body.
	 * @param limit most bytes of it
	 * @return the body; {@code message.incoming_too_long} if it is longer
	 */
	public static Mono<byte[]> read(ServerHttpRequest request, int limit) {
		return DataBufferUtils.join(request.getBody(), limit)
			.map(HttpBody::bytes)
			.defaultIfEmpty(new byte[0])
			.onErrorMap(DataBufferLimitException.class, (ex) -> new RivetException(ErrorCode.INCOMING_TOO_LONG));
	}

	private static byte[] bytes(DataBuffer buffer) {
		try {
			byte[] bytes = new byte[buffer.readableByteCount()];
			buffer.read(bytes);
			return bytes;
		}
		finally {
			DataBufferUtils.release(buffer);
		}
	}

}
