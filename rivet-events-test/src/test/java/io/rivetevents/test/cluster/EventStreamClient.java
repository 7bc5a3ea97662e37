/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;

import tools.jackson.databind.JsonNode;

/**
 * A client over Server-Sent Events.
 */
final class EventStreamClient extends StreamClient {

	private static final Map<String, String> TAGS = Map.of("rivet:init", "Init", "rivet:gap", "Gap", "rivet:keepalive",
			"KeepAlive", "rivet:close", "Close");

	private final HttpClient http;

	private volatile Flow.Subscription subscription;

	EventStreamClient(HttpClient http, String ledger, List<Node> nodes, int home) {
		super(ledger, nodes, home);
		this.http = http;
	}

	@Override
	void open(Node node, int number, String path, String hello) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + node.host() + path.formatted("sse")))
			.header("Content-Type", "application/json")
			.header("Accept", "text/event-stream")
			.POST(HttpRequest.BodyPublishers.ofString("{\"body\":{\"tag\":\"Hello\",\"val\":%s}}".formatted(hello)))
			.build();
		this.http.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Lines(number)))
			.whenComplete((response, ex) -> ended(number, (ex != null) ? ex.toString() : response.toString()));
	}

	@Override
	void abort() {
		Flow.Subscription subscription = this.subscription;
		if (subscription != null) {
			subscription.cancel();
		}
	}

	private final class Lines implements Flow.Subscriber<String> {

		private final int number;

		private String event = "";

		private String id = "";

		private String data = "";

		Lines(int number) {
			this.number = number;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			EventStreamClient.this.subscription = subscription;
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(String line) {
			if (line.isEmpty()) {
				item();
				this.event = "";
				this.data = "";
			}
			else if (line.startsWith("event: ")) {
				this.event = line.substring(7);
			}
			else if (line.startsWith("id: ")) {
				this.id = line.substring(4);
			}
			else if (line.startsWith("data: ")) {
				this.data = line.substring(6);
			}
		}

		private void item() {
			if (this.event.equals(NamespaceApplication.COUNTED)) {
				String position = this.id.substring(this.id.lastIndexOf('-') + 1);
				JsonNode value = Node.MAPPER.readTree("{\"pos\":%s,\"args\":%s}".formatted(position, this.data));
				receive(this.number, "Event", value);
			}
			else if (TAGS.containsKey(this.event)) {
				receive(this.number, TAGS.get(this.event), Node.MAPPER.readTree(this.data));
			}
		}

		@Override
		public void onError(Throwable error) {
			ended(this.number, error.toString());
		}

		@Override
		public void onComplete() {
			ended(this.number, "end of stream");
		}

	}

}
