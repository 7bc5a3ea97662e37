/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Encryption of the messages between nodes. Both ends of a connection show a certificate
 * that the other end must trust; names in certificates are not compared, so the
 * certificates that are trusted must be those of nodes alone.
 *
 * @param context has the certificate of this node, and what it trusts
 * @param protocols names of the versions of TLS, {@code null} for the default
 * @param ciphers names of the cipher suites, {@code null} for the default
 */
public record NodeSsl(SSLContext context, String @Nullable [] protocols, String @Nullable [] ciphers) {

	/** Returns what creates the sockets of a channel. */
	SocketFactory sockets() {
		DefaultSocketFactory sockets = new DefaultSocketFactory(this.context);
		sockets.setSocketConfigurator(this::configure);
		sockets.setServerSocketConfigurator(this::configure);
		return sockets;
	}

	private void configure(Socket socket) {
		((SSLSocket) socket).setSSLParameters(parameters(((SSLSocket) socket).getSSLParameters()));
	}

	private void configure(ServerSocket socket) {
		SSLParameters parameters = parameters(((SSLServerSocket) socket).getSSLParameters());
		parameters.setNeedClientAuth(true);
		((SSLServerSocket) socket).setSSLParameters(parameters);
	}

	private SSLParameters parameters(SSLParameters parameters) {
		if (this.protocols != null) {
			parameters.setProtocols(this.protocols);
		}
		if (this.ciphers != null) {
			parameters.setCipherSuites(this.ciphers);
		}
		return parameters;
	}

}
