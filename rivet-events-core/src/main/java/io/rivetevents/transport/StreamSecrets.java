/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToServer;

/**
 * Creates and checks stream secrets, by which a client proves that a stream is its own. A
 * secret is a message authentication code over the id of the stream and its owner, so
 * that no node has to store it. Nodes with the same key accept each other's secrets.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104: HMAC</a>
 */
public final class StreamSecrets {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int KEY_BYTES = 32;

	private final SecretKeySpec key;

	/**
	 * Creates secrets.
	 * @param key key shared by all nodes; not empty
	 */
	public StreamSecrets(String key) {
		this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
	}

	/** Returns a random key of 256 bits, as 43 characters of base64url. */
	public static String newKey() {
		byte[] bytes = new byte[KEY_BYTES];
		new SecureRandom().nextBytes(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

	/**
	 * Returns the secret of a stream.
	 * @param stream id of the stream
	 * @param identity owner of the stream
	 */
	public String of(String stream, Identity identity) {
		// the length separates the end of the id from the beginning of the owner
		String owner = (identity.owner() != null) ? "user " + identity.owner() : "";
		String proven = stream.length() + ":" + stream + '\n' + owner;
		return Base64.getUrlEncoder().withoutPadding().encodeToString(code(proven));
	}

	/**
	 * Returns a key of 256 bits for another purpose, from which this one cannot be
	 * computed. Nodes with the same key derive the same.
	 * @param label name of the purpose; begins with a letter, so that it differs from
	 * each stream
	 */
	public byte[] derive(String label) {
		return code(label);
	}

	private byte[] code(String text) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex); // every Java platform supports it
		}
	}

	/**
	 * Returns whether a client proves that the stream which it resumes is its own.
	 * @param resume what it claims, {@code null} if it resumes no stream
	 * @param identity identity of the client
	 */
	public boolean isProof(ToServer.@Nullable Resume resume, Identity identity) {
		return resume != null && resume.stream() != null && isSecret(resume.secret(), resume.stream(), identity);
	}

	/**
	 * Returns whether a secret is valid for a stream.
	 * @param secret the secret sent by the client, {@code null} if there is none
	 * @param stream id of the stream
	 * @param identity identity of the client
	 */
	public boolean isSecret(@Nullable String secret, String stream, Identity identity) {
		return secret != null && MessageDigest.isEqual(secret.getBytes(StandardCharsets.UTF_8),
				of(stream, identity).getBytes(StandardCharsets.UTF_8));
	}

}
