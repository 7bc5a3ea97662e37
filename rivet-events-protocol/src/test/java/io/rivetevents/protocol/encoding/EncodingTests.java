/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class EncodingTests {

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void isFoundByItsName(Encoding encoding) {
		assertThat(Encoding.of(encoding.wireName())).isSameAs(encoding);
	}

	@Test
	void isNotFoundByAnotherName() {
		assertThat(Encoding.of("JSON")).isNull();
		assertThat(Encoding.of("")).isNull();
		assertThat(Encoding.of("msgpack")).isNull();
	}

	@Test
	void onlyJsonIsText() {
		assertThat(Encoding.values()).filteredOn(Encoding::isText)
			.containsExactly(Encoding.JSON, Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM);
		assertThat(Encoding.JSON.contentType()).isEqualTo("application/json");
		assertThat(Encoding.CBOR.contentType()).isEqualTo("application/octet-stream");
		assertThat(Encoding.BARE.contentType()).isEqualTo("application/octet-stream");
	}

}
