/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.http.server.HttpServerRequest;

import io.rivetevents.limit.Limits;

/**
 * Finds the address under which a client counts for limits. If the application reads
 * forwarded headers, it is the last address in them that does not belong to a proxy: a
 * proxy appends the address of its peer, and the client can invent all addresses before
 * it. Host names are never resolved.
 */
public final class ClientAddresses {

	private static final String FORWARDED = "Forwarded";

	private static final String FORWARDED_FOR = "X-Forwarded-For";

	/**
	 * Shared by all clients whose two headers contradict each other, since one of them is
	 * set by the client. No host has this address.
	 */
	private static final InetAddress CONTRADICTION = address(new byte[4]);

	private final Limits limits;

	private final boolean forwarded;

	/**
	 * Creates the finder.
	 * @param limits configuration of the trusted proxies
	 * @param forwarded whether the application reads forwarded headers
	 */
	public ClientAddresses(Limits limits, boolean forwarded) {
		this.limits = limits;
		this.forwarded = forwarded;
	}

	private static InetAddress address(byte[] bytes) {
		try {
			return InetAddress.getByAddress(bytes);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex); // thrown for a wrong number of bytes
		}
	}

	/**
	 * Returns the address under which the client of a request counts. Loopback addresses
	 * and trusted proxies are recognized by the address of the network connection.
	 * @param request its request
	 * @return {@code null} if it is not known
	 */
	@Nullable InetAddress of(ServerHttpRequest request) {
		HttpServerRequest original = original(request);
		InetAddress peer = peer(original);
		if (original == null || peer == null) {
			return reported(request);
		}
		if (!this.forwarded) {
			InetAddress reported = reported(request);
			return (reported != null) ? reported : peer;
		}
		return of(original.requestHeaders(), peer);
	}

	/**
	 * Returns the address under which a client counts if forwarded headers are read. If
	 * trusted proxies are configured, headers from other peers are ignored.
	 * @param headers headers of its request
	 * @param peer address of the network connection
	 */
	InetAddress of(HttpHeaders headers, InetAddress peer) {
		boolean believed = !this.limits.hasTrustedProxies() || isProxy(peer);
		return believed ? forwarded(headers, peer) : peer;
	}

	/**
	 * Returns whether a request comes from a configured trusted proxy.
	 */
	boolean isFromTrustedProxy(ServerHttpRequest request) {
		InetAddress peer = peer(original(request));
		return peer != null && this.limits.isTrustedProxy(peer);
	}

	private InetAddress forwarded(HttpHeaders headers, InetAddress peer) {
		List<String> standard = headers.getAll(FORWARDED);
		List<String> usual = headers.getAll(FORWARDED_FOR);
		InetAddress byUsual = client(ForwardedFor.nodesOfList(usual), peer);
		InetAddress byStandard = client(ForwardedFor.nodes(standard), peer);
		if (byUsual == null || byStandard == null) {
			return (byUsual != null) ? byUsual : (byStandard != null) ? byStandard : peer;
		}
		return byUsual.equals(byStandard) ? byStandard : CONTRADICTION;
	}

	/**
	 * Returns the last address that does not belong to a proxy. An invalid node ends the
	 * search, and the peer counts.
	 * @return {@code null} if all are proxies, which does not identify the client. The
	 * header to which the client's proxy appends its address identifies it, so a client
	 * gains nothing by adding the other header with proxies only
	 */
	private @Nullable InetAddress client(List<String> nodes, InetAddress peer) {
		for (int i = nodes.size() - 1; i >= 0; i--) {
			InetAddress address = ForwardedFor.address(nodes.get(i));
			if (address == null) {
				return peer;
			}
			if (!isProxy(address)) {
				return address;
			}
		}
		return null;
	}

	private boolean isProxy(InetAddress address) {
		return address.isLoopbackAddress() || this.limits.isTrustedProxy(address);
	}

	/** Returns the request of the server, before filters of the application change it. */
	private static @Nullable HttpServerRequest original(ServerHttpRequest request) {
		Object original = ServerHttpRequestDecorator.getNativeRequest(request);
		return (original instanceof HttpServerRequest netty) ? netty : null;
	}

	private static @Nullable InetAddress peer(@Nullable HttpServerRequest request) {
		return (request != null && request.connectionRemoteAddress() instanceof InetSocketAddress peer)
				? peer.getAddress() : null;
	}

	/** Returns the address that the server, or a filter of the application, reports. */
	private static @Nullable InetAddress reported(ServerHttpRequest request) {
		InetSocketAddress remote = request.getRemoteAddress();
		return (remote == null) ? null
				: remote.isUnresolved() ? ForwardedFor.literal(remote.getHostString()) : remote.getAddress();
	}

}
