/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.function.Consumer;

import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * Admits clients before anything is answered, so that a client for which there is no room
 * receives an HTTP status.
 */
public final class Admission {

	private final LinkServices services;

	/**
	 * Creates the admission of a node.
	 * @param services services that all connections share
	 */
	public Admission(LinkServices services) {
		this.services = services;
	}

	/**
	 * Takes a place for a client among the connections of the node, its address, its user
	 * and its tenant. A client that is rejected for another reason is admitted: its
	 * {@link ClientLink} rejects it.
	 * @param opening the client's request
	 * @param hello its first message
	 * @param onEntered receives the place at once, to close it when the client leaves
	 * before it has a link
	 * @return the request with the place, which must be given to a link or closed; {@code
	 * connection.too_many} or {@code actor.overloaded} if there is no room, {@code
	 * actor.restarting} if the node is about to stop
	 */
	public Mono<PendingHandshake> admit(PendingHandshake opening, ToServer.Hello hello,
			Consumer<ClientUsage> onEntered) {
		if (this.services.isDraining()) {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		return Mono.defer(() -> LinkTask.later(() -> {
			ClientUsage usage = opening.enter(this.services.limits());
			onEntered.accept(usage);
			return identify(opening, hello, usage);
		}));
	}

	/**
	 * The first message counts until its sender is identified, also if the sender has
	 * left: its authentication continues.
	 */
	private Mono<PendingHandshake> identify(PendingHandshake opening, ToServer.Hello hello, ClientUsage usage) {
		long bytes = MessageWeight.of(hello);
		if (usage.begin(bytes) != null) {
			usage.close();
			return Mono.error(new RivetException(ErrorCode.OVERLOADED));
		}
		Mono<Identity> identity = Mono
			.defer(() -> LinkTask
				.later(() -> this.services.handshake().identify(opening, opening.paramsOf(hello), hello.credentials())))
			.doOnTerminate(() -> usage.end(bytes, false))
			.cache();
		return identity
			.doOnNext((found) -> checkRoom(usage, found, this.services.secrets().isProof(hello.resume(), found)))
			.then()
			.onErrorResume((ex) -> !isExcess(ex), (ex) -> Mono.empty())
			.doOnError((ex) -> usage.close())
			.thenReturn(opening.admitted(usage, identity));
	}

	/**
	 * Decides whether a client keeps its place, and counts it for its user and its
	 * tenant. No effect if the client was admitted before.
	 * @param usage its place
	 * @param identity its identity
	 * @param proven whether the client has proven that it resumes a stream
	 * @throws RivetException {@code connection.too_many}
	 */
	static void checkRoom(ClientUsage usage, Identity identity, boolean proven) {
		if (usage.prove(proven) != null || (!usage.isIdentified() && usage.identify(identity) != null)) {
			throw new RivetException(ErrorCode.TOO_MANY_CONNECTIONS);
		}
	}

	private static boolean isExcess(Throwable ex) {
		return ex instanceof RivetException known
				&& ErrorCode.TOO_MANY_CONNECTIONS.reason().equals(known.closeReason().reason());
	}

}
