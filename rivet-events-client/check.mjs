// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Fails if what is checked in is not what the build makes.
import { readFileSync } from "node:fs";

for (const file of ["rivet-events-client.js", "rivet-events-client.js.map", "react.js", "react.js.map"]) {
	const built = readFileSync(`target/check/${file}`);
	const checkedIn = readFileSync(`src/main/resources/META-INF/resources/rivet-events/${file}`);
	if (!built.equals(checkedIn)) {
		console.error(`${file} is not what \`npm run build\` makes; run it and commit the result`);
		process.exit(1);
	}
}
