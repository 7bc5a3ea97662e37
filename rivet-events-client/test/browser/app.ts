// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// A page with the hooks, for a real browser.
import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { createRivetEvents } from "../../src/react";

const { useActor } = createRivetEvents("/rivet");

function Counter() {
	const counter = useActor({ name: "counter", key: ["react"] });
	const [count, setCount] = useState<number>();
	counter.useEvent("newCount", (now: number) => setCount(now));
	return h(
		"main",
		null,
		h("output", { id: "status" }, counter.connStatus),
		h("output", { id: "count" }, count),
		h("button", { onClick: () => counter.connection?.increment!(1) }, "+"),
	);
}

const page = document.body.appendChild(document.createElement("div"));
createRoot(page).render(h(StrictMode, null, h(Counter)));
