// Fails if the bundle that is checked in is not what the build makes.
import { readFileSync } from "node:fs";

const built = readFileSync("target/rivetkit-client.js");
const checkedIn = readFileSync("../resources/static/lib/rivetkit-client.js");
if (!built.equals(checkedIn)) {
	console.error("static/lib/rivetkit-client.js is not what `npm run build` makes; run it and commit the result");
	process.exit(1);
}
console.log("static/lib/rivetkit-client.js is what `npm run build` makes");
