package io.rivetevents.transport.webflux;

import java.util.Set;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Reads what clients send over HTTP.
 */
public final class HttpBody {

	/** What our clients send. */
	private static final Set<MediaType> TYPES = Set.of(MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM,
			MediaType.APPLICATION_CBOR);

	private HttpBody() {
	}

	/**
	 * Refuses what a browser may send for a foreign page, with the user's cookies and
	 * without a preflight that the {@code OriginFilter} would refuse: forms, and reports
	 * such as those of a content security policy.
	 * @throws RivetException {@code request.invalid}
	 */
	public static void checkContentType(ServerHttpRequest request) {
		MediaType type = request.getHeaders().getContentType();
		boolean known = type != null && TYPES.stream().anyMatch(type::equalsTypeAndSubtype);
		if (request.getMethod() == HttpMethod.POST && !known) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"The content type is application/json, application/cbor or application/octet-stream.");
		}
	}

	/**
	 * Reads a body.
	 * @param exchange its request and answer
	 * @param limit most bytes of it
	 * @param limits knows how long it may take, and what all that wait for more may take
	 * together
	 * @param addresses finds out where it comes from
	 * @return the body; {@code message.incoming_too_long} if it is longer,
	 * {@code request.timed_out} if it takes longer, after which the connection is closed;
	 * {@code actor.overloaded} if there is no room for it
	 */
	public static Mono<byte[]> read(ServerWebExchange exchange, int limit, Limits limits, ClientAddresses addresses) {
		return Mono.create((sink) -> {
			ServerHttpRequest request = exchange.getRequest();
			long announced = RequestFailures.reading(request.getHeaders()::getContentLength);
			if (announced > limit) {
				limits.hits().add(Limit.MESSAGE_SIZE);
				sink.error(new RivetException(ErrorCode.INCOMING_TOO_LONG));
				return;
			}
			BodyReader reader = new BodyReader(sink, limit, limits, addresses.of(request), announced,
					() -> closeAfter(exchange.getResponse()));
			request.getBody().subscribe(reader);
			EventLoop eventLoop = LinkIo.eventLoop(exchange.getResponse());
			reader.await((eventLoop != null) ? eventLoop : GlobalEventExecutor.INSTANCE);
		});
	}

	/** The rest of the body would be taken for the next request. */
	private static void closeAfter(ServerHttpResponse response) {
		if (!response.isCommitted()) {
			response.getHeaders().set(HttpHeaders.CONNECTION, "close");
		}
	}

}
