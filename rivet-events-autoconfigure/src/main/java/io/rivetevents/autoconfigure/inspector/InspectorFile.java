/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The files of the page. They load nothing from elsewhere, and have no inline script or
 * style, so that the content security policy can be strict.
 */
enum InspectorFile {

	PAGE("inspector.html", "text/html"),

	STYLE("inspector.css", "text/css"),

	SCRIPT("inspector.js", "text/javascript");

	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
			+ "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private final ClassPathResource resource;

	private final MediaType type;

	InspectorFile(String name, String type) {
		this.resource = new ClassPathResource(name, InspectorFile.class);
		this.type = new MediaType(MediaType.valueOf(type), StandardCharsets.UTF_8);
	}

	/**
	 * Returns a handler that serves the file.
	 */
	HandlerFunction<ServerResponse> handler() {
		String text = read();
		return (request) -> ServerResponse.ok().contentType(this.type).headers((headers) -> {
			headers.set("Cache-Control", "no-cache");
			headers.set("Content-Security-Policy", POLICY);
			headers.set("X-Content-Type-Options", "nosniff");
			headers.set("Referrer-Policy", "no-referrer");
		}).bodyValue(text);
	}

	private String read() {
		try {
			return this.resource.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Keeps the files in a native image. */
	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			for (InspectorFile file : values()) {
				hints.resources().registerResource(file.resource);
			}
		}

	}

}
