/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import io.rivetevents.actor.state.ActorStateStore;

class H2StoreContractTests extends AbstractJdbcStoreContractTests {

	@Override
	ActorStateStore open() {
		return new JdbcStores.Database().open("jdbc:h2:mem:contract");
	}

}
