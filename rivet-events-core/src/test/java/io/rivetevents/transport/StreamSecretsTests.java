/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.security.Principal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

class StreamSecretsTests {

	private final StreamSecrets secrets = new StreamSecrets("key");

	@Test
	void makesAnotherForEachStreamAndOwner() {
		List<String> all = new ArrayList<>();
		for (String stream : List.of("", "s", "t", "s\nuser ada", "s\n", "1:s", "s\nuser ada\nuser bob")) {
			for (String owner : new String[] { null, "", "ada", "bob", "ada\nuser bob", "user ada" }) {
				all.add(this.secrets.of(stream, identity(owner)));
			}
		}
		assertThat(new HashSet<>(all)).hasSameSizeAs(all);
	}

	@Test
	void provesThatAStreamIsItsOwners() {
		String secret = this.secrets.of("s", identity("ada"));
		assertThat(this.secrets.isSecret(secret, "s", identity("ada"))).isTrue();
		assertThat(new StreamSecrets("key").isSecret(secret, "s", identity("ada"))).isTrue();
		assertThat(new StreamSecrets("other").isSecret(secret, "s", identity("ada"))).isFalse();
		assertThat(new StreamSecrets(StreamSecrets.newKey()).isSecret(secret, "s", identity("ada"))).isFalse();
		assertThat(this.secrets.isSecret(secret, "t", identity("ada"))).isFalse();
		assertThat(this.secrets.isSecret(secret, "s", identity("bob"))).isFalse();
		assertThat(this.secrets.isSecret(secret, "s", identity(null))).isFalse();
		assertThat(this.secrets.isSecret(null, "s", identity("ada"))).isFalse();
		assertThat(this.secrets.isSecret("", "s", identity("ada"))).isFalse();
	}

	private static Identity identity(@Nullable String owner) {
		return new Identity((Principal) null, owner, null, null);
	}

}
