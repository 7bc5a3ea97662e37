/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.springframework.util.unit.DataSize;

import io.rivetevents.autoconfigure.RivetEventsProperties.Actor;
import io.rivetevents.autoconfigure.RivetEventsProperties.AddressShare;
import io.rivetevents.autoconfigure.RivetEventsProperties.Asyncapi;
import io.rivetevents.autoconfigure.RivetEventsProperties.ConnectionLimits;
import io.rivetevents.autoconfigure.RivetEventsProperties.Deliveries;
import io.rivetevents.autoconfigure.RivetEventsProperties.File;
import io.rivetevents.autoconfigure.RivetEventsProperties.History;
import io.rivetevents.autoconfigure.RivetEventsProperties.Http;
import io.rivetevents.autoconfigure.RivetEventsProperties.InitializeSchema;
import io.rivetevents.autoconfigure.RivetEventsProperties.InstanceLimits;
import io.rivetevents.autoconfigure.RivetEventsProperties.Jdbc;
import io.rivetevents.autoconfigure.RivetEventsProperties.Limits;
import io.rivetevents.autoconfigure.RivetEventsProperties.Management;
import io.rivetevents.autoconfigure.RivetEventsProperties.NodeLimits;
import io.rivetevents.autoconfigure.RivetEventsProperties.OnForbiddenSubscription;
import io.rivetevents.autoconfigure.RivetEventsProperties.Outbox;
import io.rivetevents.autoconfigure.RivetEventsProperties.PrincipalShare;
import io.rivetevents.autoconfigure.RivetEventsProperties.Redis;
import io.rivetevents.autoconfigure.RivetEventsProperties.Schedule;
import io.rivetevents.autoconfigure.RivetEventsProperties.Security;
import io.rivetevents.autoconfigure.RivetEventsProperties.Shutdown;
import io.rivetevents.autoconfigure.RivetEventsProperties.Sse;
import io.rivetevents.autoconfigure.RivetEventsProperties.State;
import io.rivetevents.autoconfigure.RivetEventsProperties.StateRedis;
import io.rivetevents.autoconfigure.RivetEventsProperties.TenantShare;
import io.rivetevents.autoconfigure.RivetEventsProperties.Websocket;
import io.rivetevents.autoconfigure.RivetEventsProperties.Write;

/**
 * Groups of properties without any value. Each has the defaults that its annotations
 * declare, which {@code PropertyDefaultsTests} compares.
 */
final class PropertyDefaults {

	private PropertyDefaults() {
	}

	static Actor actor() {
		return new Actor(Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30),
				false, DataSize.ofMegabytes(4), Duration.ofSeconds(1), 10_000, DataSize.ofKilobytes(1),
				DataSize.ofKilobytes(64), 64);
	}

	static State state() {
		return new State(null, Write.INTERVAL, DataSize.ofMegabytes(4), file(), jdbc(), stateRedis());
	}

	static File file() {
		return new File("data/rivet.db");
	}

	static Jdbc jdbc() {
		return new Jdbc(InitializeSchema.EMBEDDED, "rivet_", false);
	}

	static StateRedis stateRedis() {
		return new StateRedis("rivet:", Duration.ofSeconds(5), 0, Duration.ofSeconds(1));
	}

	static Websocket websocket() {
		return new Websocket(true, DataSize.ofKilobytes(64), DataSize.ofMegabytes(1), DataSize.ofMegabytes(1),
				DataSize.ofMegabytes(4), Duration.ofSeconds(25), Duration.ofMillis(500), false);
	}

	static Sse sse() {
		return new Sse(true, DataSize.ofKilobytes(64), DataSize.ofMegabytes(1), DataSize.ofMegabytes(4),
				Duration.ofSeconds(25));
	}

	static History history() {
		return new History(1000, DataSize.ofMegabytes(1), Duration.ofMinutes(2), false);
	}

	static Asyncapi asyncapi() {
		return new Asyncapi(false, null);
	}

	static Http http() {
		return new Http(true, DataSize.ofKilobytes(64), DataSize.ofMegabytes(1));
	}

	static Security security() {
		return new Security(List.of(), List.of(), true, OnForbiddenSubscription.REFUSE, false, Duration.ofSeconds(10),
				Duration.ofMinutes(1), Duration.ofSeconds(30), null, null, Duration.ofSeconds(30), null, false);
	}

	static Management management() {
		return new Management("none");
	}

	static Schedule schedule() {
		return new Schedule(true, 1000, 64);
	}

	static Deliveries deliveries() {
		return new Deliveries(false);
	}

	static Outbox outbox() {
		return new Outbox(true, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ZERO, DataSize.ofKilobytes(64));
	}

	static Shutdown shutdown() {
		return new Shutdown(Duration.ofSeconds(10), Duration.ofSeconds(2));
	}

	static Redis redis() {
		return new Redis("rivet.events:1", Duration.ofSeconds(5), Duration.ofSeconds(5), DataSize.ofMegabytes(1));
	}

	static Limits limits() {
		return new Limits(connectionLimits(), instanceLimits(), principalShare(), tenantShare(), addressShare(),
				nodeLimits(), List.of(), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(75),
				Duration.ofSeconds(60));
	}

	static ConnectionLimits connectionLimits() {
		return new ConnectionLimits(1000, DataSize.ofMegabytes(4), 1000, DataSize.ofMegabytes(1),
				DataSize.ofKilobytes(64));
	}

	static InstanceLimits instanceLimits() {
		return new InstanceLimits(10_000, DataSize.ofMegabytes(16));
	}

	static PrincipalShare principalShare() {
		return new PrincipalShare(10_000, 1000, 20_000, null, 0, DataSize.ofBytes(0), 0);
	}

	static TenantShare tenantShare() {
		return new TenantShare(null, null, null, null, 0, DataSize.ofBytes(0), 0);
	}

	static AddressShare addressShare() {
		return new AddressShare(50_000, null, 200_000, null, 0, DataSize.ofBytes(0), 0);
	}

	static NodeLimits nodeLimits() {
		return new NodeLimits(null, null, null, null, null, null, null, null, null, null, null, null, 0,
				DataSize.ofBytes(0), 0);
	}

}
