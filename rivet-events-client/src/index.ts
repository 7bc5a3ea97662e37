// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

export { createClient } from "./client.js";
export { ActorError, ConnectionLostError } from "./errors.js";
export type * from "./types.js";
