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
 * Finds out for which address a client counts. Where the application has its server read
 * forwarded headers, that is the last address in them that is no proxy's: a proxy adds
 * what it sees at the end, and all that stands before it may be the client's invention.
 * No name is ever looked up.
 */
public final class ClientAddresses {

	private static final String FORWARDED = "Forwarded";

	private static final String FORWARDED_FOR = "X-Forwarded-For";

	/**
	 * For which all clients count together whose two headers contradict each other: one
	 * of them is the client's own. No host has this address.
	 */
	private static final InetAddress CONTRADICTION = address(new byte[4]);

	private final Limits limits;

	private final boolean forwarded;

	/**
	 * Creates the finder.
	 * @param limits knows the trusted proxies
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
	 * Returns the address that the client of a request counts for. Loopback and trusted
	 * proxies are such only as what is really connected.
	 * @param request its request
	 * @return {@code null} if it is not known
	 */
	@Nullable InetAddress of(ServerHttpRequest request) {
		HttpServerRequest original = original(request);
		InetAddress peer = peer(original);
		if (original == null || peer == null) {
			return told(request);
		}
		if (!this.forwarded) {
			InetAddress told = told(request);
			return (told != null) ? told : peer;
		}
		return of(original.requestHeaders(), peer);
	}

	/**
	 * Returns the address that a client counts for where forwarded headers are read.
	 * Those of a peer that is no trusted proxy say nothing, once there are trusted
	 * proxies.
	 * @param headers headers of its request
	 * @param peer what is connected
	 */
	InetAddress of(HttpHeaders headers, InetAddress peer) {
		boolean believed = !this.limits.hasTrustedProxies() || isProxy(peer);
		return believed ? forwarded(headers, peer) : peer;
	}

	/**
	 * Returns whether a request comes from an address that is configured as that of a
	 * trusted proxy.
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
	 * Returns the last address that is no proxy's. What is no address says nothing of
	 * those before it: the peer counts.
	 * @return {@code null} if all are proxies, which says nothing of the client. The
	 * header to which the proxy of a client adds its address names that one, so a client
	 * gains nothing by adding the other header with proxies alone
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

	/** As the server has it, before anything of the application changes it. */
	private static @Nullable HttpServerRequest original(ServerHttpRequest request) {
		Object original = ServerHttpRequestDecorator.getNativeRequest(request);
		return (original instanceof HttpServerRequest netty) ? netty : null;
	}

	private static @Nullable InetAddress peer(@Nullable HttpServerRequest request) {
		return (request != null && request.connectionRemoteAddress() instanceof InetSocketAddress peer)
				? peer.getAddress() : null;
	}

	/** As the server, or something of the application's, says. */
	private static @Nullable InetAddress told(ServerHttpRequest request) {
		InetSocketAddress remote = request.getRemoteAddress();
		return (remote == null) ? null
				: remote.isUnresolved() ? ForwardedFor.literal(remote.getHostString()) : remote.getAddress();
	}

}
