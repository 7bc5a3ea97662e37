// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { createRivetEvents } from "rivet-events-client/react";
import type { Actors } from "./actors";

export const { useActor } = createRivetEvents<Actors>("/rivet");
