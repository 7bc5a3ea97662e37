/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.error.RivetException;

/**
 * Calls actors of any node as the code of an application does, and reports what the node
 * sees of the cluster.
 */
@RestController
class ClusterController {

	private static final int FILLED_AT_ONCE = 64;

	private final Actors actors;

	private final Membership membership;

	private final Partition partition;

	private final SleepWatch sleep;

	ClusterController(Actors actors, Membership membership, Partition partition, SleepWatch sleep) {
		this.actors = actors;
		this.membership = membership;
		this.partition = partition;
		this.sleep = sleep;
	}

	@PostMapping("/add/{actor}/{key}/{entry}")
	Mono<Integer> add(@PathVariable("actor") String actor, @PathVariable("key") String key,
			@PathVariable("entry") String entry) {
		return actor(actor, key).call("add", Integer.class, entry);
	}

	/** Creates instances whose keys are numbers, each with one entry. */
	@PostMapping("/fill/{actor}/{from}/{to}")
	Mono<Void> fill(@PathVariable("actor") String actor, @PathVariable("from") int from, @PathVariable("to") int to) {
		return Flux.range(from, to - from)
			.flatMap((key) -> actor(actor, "" + key).call("add", Integer.class, "first"), FILLED_AT_ONCE)
			.then();
	}

	@GetMapping("/entries/{actor}/{key}")
	Mono<List<?>> entries(@PathVariable("actor") String actor, @PathVariable("key") String key) {
		return actor(actor, key).call("entries", List.class).map((entries) -> (List<?>) entries);
	}

	@GetMapping("/owner/{actor}/{key}")
	Mono<String> owner(@PathVariable("actor") String actor, @PathVariable("key") String key) {
		return actor(actor, key).call("owner", String.class);
	}

	@GetMapping("/connections/{actor}/{key}")
	Mono<List<?>> connections(@PathVariable("actor") String actor, @PathVariable("key") String key) {
		return actor(actor, key).call("connections", List.class).map((connections) -> (List<?>) connections);
	}

	/** Returns whether an instance was at this node last, and sleeps. */
	@GetMapping("/asleep/{actor}/{key}")
	boolean asleep(@PathVariable("actor") String actor, @PathVariable("key") String key) {
		return this.sleep.isAsleep(ActorAddress.of(actor, key));
	}

	private ActorHandle actor(String actor, String key) {
		return this.actors.getOrCreate(actor, key);
	}

	@GetMapping("/node")
	String node() {
		return this.membership.self();
	}

	/** Returns the number of the view. */
	@GetMapping("/view")
	String view() {
		return "" + this.membership.view();
	}

	/** Returns the names of the nodes in the view. */
	@GetMapping("/nodes")
	String nodes() {
		return String.join(",", new TreeSet<>(this.membership.nodes()));
	}

	/** Returns whether other nodes may still have instances that belong on this one. */
	@GetMapping("/expects")
	boolean expects() {
		return this.membership.expectsInstances();
	}

	/** Discards what other nodes send. */
	@PostMapping("/partition")
	void cut(@RequestParam("nodes") String nodes) throws Exception {
		this.partition.cut(Arrays.asList(nodes.split(",")));
	}

	@DeleteMapping("/partition")
	void heal() {
		this.partition.heal();
	}

	@ExceptionHandler
	ResponseEntity<String> failed(RivetException ex) {
		return ResponseEntity.status(ex.status()).body(ex.group() + "." + ex.code());
	}

}
