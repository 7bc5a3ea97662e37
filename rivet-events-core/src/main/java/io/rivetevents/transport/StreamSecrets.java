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

/**
 * Makes what proves that a stream is a client's own: a message authentication code over
 * its id and its owner, so that no node has to remember it. Nodes with the same key know
 * each other's.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104: HMAC</a>
 */
public final class StreamSecrets {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int KEY_BYTES = 32;

	private final SecretKeySpec key;

	/**
	 * Creates secrets.
	 * @param key what nodes share, {@code null} for a key of this node alone
	 */
	public StreamSecrets(@Nullable String key) {
		byte[] bytes = (key != null) ? key.getBytes(StandardCharsets.UTF_8) : random();
		this.key = new SecretKeySpec(bytes, ALGORITHM);
	}

	private static byte[] random() {
		byte[] bytes = new byte[KEY_BYTES];
		new SecureRandom().nextBytes(bytes);
		return bytes;
	}

	/**
	 * Returns the secret of a stream.
	 * @param stream id of the stream
	 * @param identity whose it is
	 */
	public String of(String stream, Identity identity) {
		// the length keeps apart what the id ends with and what the owner begins with
		String owner = (identity.owner() != null) ? "user " + identity.owner() : "";
		String proven = stream.length() + ":" + stream + '\n' + owner;
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			byte[] code = mac.doFinal(proven.getBytes(StandardCharsets.UTF_8));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex); // each Java platform has it
		}
	}

	/**
	 * Returns whether a secret is that of a stream.
	 * @param secret what a client says, {@code null} if nothing
	 * @param stream id of the stream
	 * @param identity who says it
	 */
	public boolean isSecret(@Nullable String secret, String stream, Identity identity) {
		return secret != null && MessageDigest.isEqual(secret.getBytes(StandardCharsets.UTF_8),
				of(stream, identity).getBytes(StandardCharsets.UTF_8));
	}

}
