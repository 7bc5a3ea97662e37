/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import io.netty.util.internal.PlatformDependent;
import io.rivetevents.limit.LimitSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/**
 * Derives limits from properties. Limits that are not set depend on the memory of the
 * process.
 */
final class LimitsMapping {

	private static final boolean NETTY = ClassUtils.isPresent("io.netty.util.internal.PlatformDependent",
			LimitsMapping.class.getClassLoader());

	private LimitsMapping() {
	}

	static LimitSettings toSettings(RivetEventsProperties.Limits limits) {
		RivetEventsProperties.ConnectionLimits connection = limits.connection();
		RivetEventsProperties.PrincipalShare principal = limits.principal();
		RivetEventsProperties.TenantShare tenant = limits.tenant();
		RivetEventsProperties.AddressShare address = limits.address();
		LimitSettings.Node node = toNode(limits.node());
		return new LimitSettings(
				new LimitSettings.Connection(connection.calls(), connection.pendingSize().toBytes(),
						connection.subscriptions(), connection.subscriptionsSize().toBytes(),
						(int) connection.pipelinedSize().toBytes()),
				new LimitSettings.Instance(limits.instance().calls(), limits.instance().pendingSize().toBytes()),
				new LimitSettings.Share(principal.calls(), principal.connections(), principal.subscriptions(),
						instances(principal.instances(), LimitSettings.Share.OF_PRINCIPAL, node)),
				new LimitSettings.Share(orUnlimited(tenant.calls()), orUnlimited(tenant.connections()),
						orUnlimited(tenant.subscriptions()), orUnlimited(tenant.instances())),
				new LimitSettings.Share(address.calls(),
						(address.connections() != null) ? address.connections() : node.connectionsOfAddress(),
						address.subscriptions(), instances(address.instances(), LimitSettings.Share.OF_ADDRESS, node)),
				node, limits.trustedProxies(),
				new LimitSettings.Times(limits.headerTimeout(), limits.bodyTimeout(), limits.idleTimeout(),
						limits.writeTimeout()),
				new LimitSettings.Rates(rate(principal.callRate(), principal.receiveRate(), principal.fanOutRate()),
						rate(tenant.callRate(), tenant.receiveRate(), tenant.fanOutRate()),
						rate(address.callRate(), address.receiveRate(), address.fanOutRate()),
						rate(limits.node().callRate(), limits.node().receiveRate(), limits.node().fanOutRate())));
	}

	private static LimitSettings.Rate rate(int calls, DataSize received, int deliveries) {
		return new LimitSettings.Rate(calls, received.toBytes(), deliveries);
	}

	private static LimitSettings.Node toNode(RivetEventsProperties.NodeLimits node) {
		long heap = Runtime.getRuntime().maxMemory();
		LimitSettings.Node unset = LimitSettings.Node.of(heap, NETTY ? Netty.maxDirectMemory() : heap);
		return new LimitSettings.Node((node.connections() != null) ? node.connections() : unset.connections(),
				bytes(node.pendingSize(), unset.pendingBytes()), bytes(node.queuedSize(), unset.queuedBytes()),
				bytes(node.subscriptionsSize(), unset.subscriptionBytes()),
				bytes(node.historySize(), unset.historyBytes()), bytes(node.answersSize(), unset.answerBytes()),
				bytes(node.awakeSize(), unset.awakeBytes()), bytes(node.storedSize(), unset.storedBytes()),
				bytes(node.receivingSize(), unset.receivingBytes()), bytes(node.sendingSize(), unset.sendingBytes()),
				bytes(node.compressionSize(), unset.compressionBytes()),
				bytes(node.requestsSize(), unset.requestBytes()));
	}

	private static int instances(@Nullable Integer set, LimitSettings.Share unset, LimitSettings.Node node) {
		return (set != null) ? set : node.instancesOfOne(unset.instances());
	}

	private static int orUnlimited(@Nullable Integer set) {
		return (set != null) ? set : Integer.MAX_VALUE;
	}

	private static long bytes(@Nullable DataSize size, long unset) {
		return (size != null) ? size.toBytes() : unset;
	}

	/** Loaded only where there is Netty. */
	private static final class Netty {

		static long maxDirectMemory() {
			return PlatformDependent.maxDirectMemory();
		}

	}

}
