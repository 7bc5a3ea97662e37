// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** Number of ids that are kept: events that are sent again arrive within seconds. */
const MAX_IDS = 1000;

/** Returns a function that tells whether an id is not one of the last that it was called with. */
export const recentIds = (): ((id: string) => boolean) => {
	const ids = new Set<string>(); // in the order in which they came
	return (id) => {
		const isNew = ids.size < ids.add(id).size;
		if (ids.size > MAX_IDS) ids.delete(ids.values().next().value!);
		return isNew;
	};
};
