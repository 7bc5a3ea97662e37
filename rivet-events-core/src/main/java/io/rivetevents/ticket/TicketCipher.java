/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * Encrypts the content of tickets with AES-GCM, which also detects each change. The text
 * of a ticket is the prefix, followed by the base64url of the nonce and the encrypted
 * content. It consists of characters that a subprotocol may have. Safe for use by several
 * threads.
 *
 * @see <a href="https://csrc.nist.gov/pubs/sp/800/38/d/final">NIST SP 800-38D: GCM</a>
 */
final class TicketCipher {

	/** Distinguishes tickets from the application's own credentials. */
	static final String PREFIX = "rt1.";

	private static final String ALGORITHM = "AES/GCM/NoPadding";

	private static final int NONCE_BYTES = 12;

	private static final int TAG_BITS = 128;

	private static final SecureRandom random = new SecureRandom();

	private final SecretKeySpec key;

	/**
	 * Creates a cipher.
	 * @param key key of 256 bits, which all nodes share
	 */
	TicketCipher(byte[] key) {
		this.key = new SecretKeySpec(key, "AES");
	}

	/**
	 * Returns the text of a ticket.
	 * @param content the content of the ticket
	 */
	String seal(byte[] content) {
		byte[] nonce = new byte[NONCE_BYTES];
		random.nextBytes(nonce);
		try {
			byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(content);
			byte[] text = ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
			return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(text);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex); // every Java platform supports it
		}
	}

	/**
	 * Returns the content of a ticket.
	 * @param ticket text sent by a client
	 * @return {@code null} if it was not encrypted with this key, or has been changed
	 */
	byte @Nullable [] open(String ticket) {
		if (!ticket.startsWith(PREFIX)) {
			return null;
		}
		try {
			ByteBuffer text = ByteBuffer.wrap(Base64.getUrlDecoder().decode(ticket.substring(PREFIX.length())));
			if (text.remaining() <= NONCE_BYTES) {
				return null;
			}
			byte[] nonce = new byte[NONCE_BYTES];
			text.get(nonce);
			byte[] sealed = new byte[text.remaining()];
			text.get(sealed);
			return cipher(Cipher.DECRYPT_MODE, nonce).doFinal(sealed);
		}
		catch (IllegalArgumentException | GeneralSecurityException ex) {
			return null;
		}
	}

	private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
		Cipher cipher = Cipher.getInstance(ALGORITHM);
		cipher.init(mode, this.key, new GCMParameterSpec(TAG_BITS, nonce));
		cipher.updateAAD(PREFIX.getBytes(StandardCharsets.US_ASCII));
		return cipher;
	}

}
