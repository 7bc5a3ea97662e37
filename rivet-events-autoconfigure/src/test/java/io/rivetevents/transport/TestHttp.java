/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Requests of one user or without a user. The password of a user is the user's name.
 */
public final class TestHttp {

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private TestHttp() {
	}

	/** Returns the value of {@code Authorization} for a user. */
	public static String authorization(String user) {
		return "Basic " + HttpHeaders.encodeBasicAuth(user, user, StandardCharsets.UTF_8);
	}

	/** Returns the headers by which a user signs in; none if there is no user. */
	public static HttpHeaders headers(@Nullable String user) {
		HttpHeaders headers = new HttpHeaders();
		if (user != null) {
			headers.set("authorization", authorization(user));
		}
		return headers;
	}

	/**
	 * Sends a request and returns the body of its answer.
	 * @param body JSON, or {@code null} for a request without a body
	 * @param headers further names and values in turn
	 */
	public static String send(String method, String url, @Nullable String user, @Nullable String body,
			String... headers) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
			.header("content-type", "application/json")
			.method(method, (body != null) ? BodyPublishers.ofString(body) : BodyPublishers.noBody());
		headers(user).forEach((name, values) -> request.header(name, values.get(0)));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return CLIENT.send(request.build(), BodyHandlers.ofString()).body();
	}

}
