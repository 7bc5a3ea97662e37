/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

import java.util.function.Supplier;

import org.springframework.http.MediaType;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;

import io.rivetevents.transport.webflux.HttpAnswer;

/**
 * Serves the AsyncAPI document, which describes the contract of the actors.
 */
public final class AsyncApiHandler implements WebHandler {

	/** Path of the document within the base path. */
	public static final String PATH = "/asyncapi.json";

	private final Supplier<byte[]> document;

	/**
	 * Creates the handler.
	 * @param document supplies the document
	 */
	public AsyncApiHandler(Supplier<byte[]> document) {
		this.document = document;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return HttpAnswer.write(exchange.getResponse(), 200, MediaType.APPLICATION_JSON_VALUE, this.document.get());
	}

}
