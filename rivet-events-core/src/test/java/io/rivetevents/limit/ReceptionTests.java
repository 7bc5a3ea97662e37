/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.net.InetAddress;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReceptionTests {

	private static final LimitSettings.Node NODE = LimitSettings.DEFAULTS.node();

	private final Limits limits = new Limits(LimitSettings.DEFAULTS
		.withNode(new LimitSettings.Node(NODE.connections(), NODE.pendingBytes(), NODE.queuedBytes(),
				NODE.subscriptionBytes(), NODE.historyBytes(), NODE.answerBytes(), NODE.awakeBytes(),
				NODE.storedBytes(), 1000, NODE.sendingBytes(), NODE.compressionBytes(), NODE.requestBytes())));

	private static InetAddress address(int last) throws Exception {
		return InetAddress.getByAddress(new byte[] { (byte) 192, 0, 2, (byte) last });
	}

	@Test
	void leavesAPartToOtherAddresses() throws Exception {
		Reception first = this.limits.receivingFrom(address(1));
		assertThat(first.tryAcquire(700)).isTrue();
		Reception second = this.limits.receivingFrom(address(1));
		assertThat(second.tryAcquire(51)).isFalse();
		assertThat(second.tryAcquire(50)).isTrue();
		assertThat(this.limits.receivingFrom(address(2)).tryAcquire(250)).isTrue();
		assertThat(this.limits.receivingFrom(address(3)).tryAcquire(1)).isFalse();
		assertThat(this.limits.hits().count(Limit.NODE_RECEIVING)).isEqualTo(2);
	}

	@Test
	void countsOneWithoutAShareForTheNodeAlone() throws Exception {
		for (InetAddress address : new InetAddress[] { null, InetAddress.getByName("127.0.0.1") }) {
			Reception reception = this.limits.receivingFrom(address);
			assertThat(reception.tryAcquire(1000)).isTrue();
			assertThat(reception.tryAcquire(1)).isFalse();
			reception.release();
		}
		assertThat(this.limits.receiving().used()).isZero();
	}

	@Test
	void holdsAShareOnlyWhileItTakesSomething() throws Exception {
		Reception reception = this.limits.receivingFrom(address(1));
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
		for (int bytes : List.of(100, 600)) {
			assertThat(reception.tryAcquire(bytes)).isTrue();
			assertThat(reception.tryAcquire(751)).isFalse();
			assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isOne();
			reception.release();
			reception.release();
			assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
			assertThat(this.limits.receiving().used()).isZero();
		}
		assertThat(reception.tryAcquire(751)).isFalse();
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
	}

}
