/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

class KnownRecipientsTests {

	private static final ToClient MESSAGE = new ToClient.Init("a", "c");

	private final Map<String, String> connections = new HashMap<>(Map.of("a", "A", "b", "B", "c", "C"));

	private final KnownRecipients<String> recipients = new KnownRecipients<>(this.connections::get);

	private int changes;

	@Test
	void findsConnectionsOfAMessageWithIds() {
		assertThat(find("n", List.of("a", "x", "c"), 0, 0)).containsExactly("A", "C");
	}

	@Test
	void remembersLists() {
		assertThat(find("n", List.of("a", "b"), 7, 7)).containsExactly("A", "B");
		assertThat(find("n", List.of("b", "c"), 8, 7)).containsExactly("B", "C");
		assertThat(find("n", List.of(), 7, 0)).containsExactly("A", "B");
		assertThat(find("n", List.of(), 8, 0)).containsExactly("B", "C");
		assertThat(find("other", List.of(), 7, 0)).isEmpty();
	}

	@Test
	void findsThemAgainWhenTheyHaveChanged() {
		find("n", List.of("a", "b", "d"), 7, 7);
		this.connections.remove("a");
		this.connections.put("b", "B2");
		this.connections.put("d", "D");
		this.changes++;
		assertThat(find("n", List.of(), 7, 0)).containsExactly("B2", "D");
	}

	@Test
	void forgetsListsThatAreNotUsedAnyMore() {
		find("n", List.of("a", "b"), 7, 7);
		find("n", List.of("b", "c"), 8, 8);
		assertThat(find("n", List.of(), 7, 0)).isEmpty();
		assertThat(find("n", List.of(), 8, 0)).hasSize(2);
		this.recipients.lost("n");
		assertThat(find("n", List.of(), 8, 0)).isEmpty();
	}

	/** A list stays until its node needs the room. */
	@Test
	void doNotKeepConnectionsThatHaveEnded() {
		this.connections.put("d", new String("D"));
		WeakReference<String> ended = new WeakReference<>(this.connections.get("d"));
		assertThat(find("n", List.of("a", "d"), 7, 7)).containsExactly("A", "D");
		this.connections.remove("d");
		this.changes++;
		Awaitility.await().until(() -> {
			System.gc();
			return ended.get() == null;
		});
		assertThat(find("n", List.of(), 7, 0)).containsExactly("A");
	}

	private List<String> find(String node, List<String> ids, long list, long first) {
		return this.recipients.find(node, new Frame.Send(ids, MESSAGE, false, list, first), this.changes);
	}

}
