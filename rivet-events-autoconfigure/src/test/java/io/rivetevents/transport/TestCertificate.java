/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates that no authority has signed.
 */
public final class TestCertificate {

	private TestCertificate() {
	}

	/**
	 * Makes a certificate of {@code localhost}.
	 * @param store the file, a key store with the password {@code changeit}
	 */
	public static void create(Path store) {
		create(store, "localhost");
	}

	/**
	 * Makes a certificate, unless it is there.
	 * @param store the file, a key store with the password {@code changeit}
	 * @param name common name of the certificate
	 * @param options further options of {@code keytool}
	 */
	public static void create(Path store, String name, String... options) {
		if (Files.exists(store)) {
			return;
		}
		try {
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
							"-alias", "test", "-keyalg", "RSA", "-dname", "CN=" + name, "-storetype", "PKCS12",
							"-keystore", store.toString(), "-storepass", "changeit"));
			command.addAll(List.of(options));
			Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
			String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (keytool.waitFor() != 0) {
				throw new IllegalStateException(said);
			}
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
