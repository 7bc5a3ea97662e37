/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates that no authority has signed, made by keytool.
 */
final class TestCertificates {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private TestCertificates() {
	}

	/** Makes a key with its certificate. */
	static KeyStore create(Path folder, String name) throws Exception {
		Path file = folder.resolve(name + ".p12");
		Process keytool = new ProcessBuilder(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						name, "-keyalg", "EC", "-dname", "CN=" + name, "-storetype", "PKCS12", "-keystore",
						file.toString(), "-storepass", new String(PASSWORD)))
			.redirectErrorStream(true)
			.start();
		String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (keytool.waitFor() != 0) {
			throw new IllegalStateException(output);
		}
		return load(file);
	}

	/** Reads a key with its certificate from a file. */
	static KeyStore load(Path file) throws Exception {
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(file)) {
			keys.load(input, PASSWORD);
		}
		return keys;
	}

	/** Returns the encryption of a node with a key, that trusts certificates. */
	static NodeSsl ssl(KeyStore key, KeyStore... trusted) throws Exception {
		KeyStore trust = KeyStore.getInstance("PKCS12");
		trust.load(null, null);
		for (KeyStore each : trusted) {
			String alias = each.aliases().nextElement();
			trust.setCertificateEntry(alias, each.getCertificate(alias));
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(key, PASSWORD);
		TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trusts.init(trust);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
		return new NodeSsl(context, null, null);
	}

}
