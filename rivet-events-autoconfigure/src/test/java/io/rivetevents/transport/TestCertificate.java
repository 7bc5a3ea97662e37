/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A certificate of {@code localhost} that no authority has signed.
 */
final class TestCertificate {

	private TestCertificate() {
	}

	/**
	 * Makes a key store with the password {@code changeit}, unless it is there.
	 * @param store the file
	 */
	static void create(Path store) {
		if (Files.exists(store)) {
			return;
		}
		try {
			Process keytool = new ProcessBuilder(
					List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
							"-alias", "test", "-keyalg", "RSA", "-dname", "CN=localhost", "-storetype", "PKCS12",
							"-keystore", store.toString(), "-storepass", "changeit"))
				.redirectErrorStream(true)
				.start();
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
