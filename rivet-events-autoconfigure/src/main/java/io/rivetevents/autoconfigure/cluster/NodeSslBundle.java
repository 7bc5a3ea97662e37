/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.cluster.engine.NodeSsl;

/**
 * Reads the encryption of the messages between nodes from an SSL bundle.
 */
final class NodeSslBundle {

	private static final String PROPERTY = "rivet.events.cluster.ssl.bundle";

	private NodeSslBundle() {
	}

	/**
	 * Reads a bundle.
	 * @param name its name
	 * @param bundles all bundles, {@code null} if there are none
	 * @throws InvalidSettingException if there is no such bundle, or it lacks a key or
	 * certificates to trust: without the latter each certificate of a public authority
	 * would be that of a node
	 */
	static NodeSsl read(String name, @Nullable SslBundles bundles) {
		SslBundle bundle = find(name, bundles);
		if (bundle.getStores().getKeyStore() == null) {
			throw new InvalidSettingException(PROPERTY, name, "the bundle has no private key",
					"Add the key and the certificate of this node to the keystore of the bundle");
		}
		if (bundle.getStores().getTrustStore() == null) {
			throw new InvalidSettingException(PROPERTY, name, "the bundle has no certificates to trust",
					"Add the certificate that has signed those of the nodes to the truststore of the bundle");
		}
		SslOptions options = bundle.getOptions();
		return new NodeSsl(bundle.createSslContext(), options.getEnabledProtocols(), options.getCiphers());
	}

	private static SslBundle find(String name, @Nullable SslBundles bundles) {
		if (bundles != null) {
			try {
				return bundles.getBundle(name);
			}
			catch (NoSuchSslBundleException ex) {
				// as without bundles
			}
		}
		throw new InvalidSettingException(PROPERTY, name, "there is no such bundle",
				"Add the bundle below spring.ssl.bundle");
	}

}
