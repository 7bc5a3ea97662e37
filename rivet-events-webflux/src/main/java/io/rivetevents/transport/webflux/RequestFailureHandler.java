package io.rivetevents.transport.webflux;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Answers requests of the client protocol that fail outside of a transport: in a filter,
 * such as that for the origin, or on the way to a handler; and those whose failure is the
 * server's. What a filter throws is the server's failure, whatever its type, unless it is
 * an {@link ErrorResponse}.
 */
public final class RequestFailureHandler implements WebExceptionHandler, Ordered {

	/** Before the handler of Spring Boot, which is at -1 and answers 500. */
	private static final int BEFORE_BOOT = -2;

	private final BasePath basePath;

	private final ValueMapper mapper;

	/**
	 * Create a handler.
	 * @param basePath where the routes begin
	 * @param mapper converts values
	 */
	public RequestFailureHandler(BasePath basePath, ValueMapper mapper) {
		this.basePath = basePath;
		this.mapper = mapper;
	}

	@Override
	public int getOrder() {
		return BEFORE_BOOT;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable ex) {
		boolean ours = this.basePath.within(exchange.getRequest()) != null && !exchange.getResponse().isCommitted()
				&& !(ex instanceof ErrorResponse); // has a status already
		return ours ? HttpAnswer.writeError(exchange.getResponse(),
				RequestFailures.translate(exchange.getRequest(), ex), Encoding.JSON, this.mapper)
				: Mono.error(withStatus(exchange, ex));
	}

	/**
	 * Returns whether the request's own connection or stream has ended: an application
	 * may meet the same exception as a client of another server. Spring logs a request
	 * that ends within its body as an error of the server.
	 */
	private static boolean hasLeft(ServerWebExchange exchange) {
		return LinkIo.netty(exchange.getResponse()) instanceof Connection connection
				&& !connection.channel().isActive();
	}

	/** For routes of the application that no controller advice sees. */
	private static Throwable withStatus(ServerWebExchange exchange, Throwable ex) {
		if (ex instanceof AbortedException && hasLeft(exchange)) {
			return new ResponseStatusException(HttpStatus.BAD_REQUEST, "The client has left", ex);
		}
		return (ex instanceof RivetException known)
				? new ResponseStatusException(HttpStatusCode.valueOf(known.status()), known.text(), known) : ex;
	}

}
