// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/**/*.test.{ts,tsx,mjs}"], testTimeout: 20_000 } });
