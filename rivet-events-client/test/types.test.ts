// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Types from the real server: tsc checks which uses of them are correct.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error: plain JavaScript
import { breakingChanges } from "../bin/compare.mjs";
// @ts-expect-error: plain JavaScript
import { typeOf } from "../bin/write.mjs";
import { client, freshKey, SERVER } from "./support";

const run = promisify(execFile);
const FOLDER = "test/types/target";
const CLI = "bin/rivet-events-types.mjs";

describe.skipIf(!SERVER)("types of the real server", () => {
	let document: any;

	beforeAll(async () => {
		mkdirSync(FOLDER, { recursive: true });
		const written = ["-o", `${FOLDER}/actors.d.ts`, "--contract", `${FOLDER}/contract.js`, "--rivetkit"];
		await run("node", [CLI, `${SERVER}/asyncapi.json`, ...written]);
		document = await (await fetch(`${SERVER}/asyncapi.json`)).json();
		writeFileSync(`${FOLDER}/old.json`, JSON.stringify(document));
	});

	test.each(["usage", "rivetkit"])("tell right from wrong: %s", { timeout: 60_000 }, async (name) => {
		writeFileSync(`${FOLDER}/tsconfig.${name}.json`, JSON.stringify({ extends: "../tsconfig.json", include: [`../${name}.ts`] }));
		await run("npx", ["tsc", "-p", `${FOLDER}/tsconfig.${name}.json`]).catch((error) => expect.fail(error.stdout));
		// and it does complain about what is wrong
		const source = readFileSync(`test/types/${name}.ts`, "utf8");
		const bare = source.replaceAll(/\/\/ @ts-expect-error.*\n/g, "").replaceAll('"../../src/index"', '"../../../src/index"');
		writeFileSync(`${FOLDER}/${name}.wrong.ts`, bare.replaceAll("./target/", "./"));
		writeFileSync(`${FOLDER}/tsconfig.wrong.json`, JSON.stringify({ extends: "../tsconfig.json", include: [`./${name}.wrong.ts`] }));
		const complaints = await run("npx", ["tsc", "-p", `${FOLDER}/tsconfig.wrong.json`]).then(
			() => "",
			(error) => error.stdout as string,
		);
		expect(complaints.match(/error TS/g)).toHaveLength(source.match(/@ts-expect-error/g)!.length);
	});

	test("tell a client that it was built against another contract", async () => {
		const { contract } = await import(`./types/target/contract.js`);
		const known = client(SERVER!, { contract }).chatRoom!.getOrCreate([freshKey()]).connect();
		await known.ready();
		expect(known.contractChanged).toBe(false);
		const old = client(SERVER!, { contract: { chatRoom: "0000000000000000" } }).chatRoom!.getOrCreate([freshKey()]).connect();
		await old.ready();
		expect(old.contractChanged).toBe(true);
		await Promise.all([known.dispose(), old.dispose()]);
	});

	const changed = (change: (copy: any) => void): string[] => {
		const copy = structuredClone(document);
		change(copy);
		return breakingChanges(document, copy);
	};
	const messages = (copy: any) => copy.channels.chatRoom.messages;
	const model = (copy: any, name: string) => copy.components.schemas[name];

	test("know what breaks a client", () => {
		expect(changed((copy) => delete copy.channels.gameRoom)).toEqual(["gameRoom: was removed"]);
		expect(changed((copy) => delete messages(copy)["action.getHistory"])).toEqual(["chatRoom.getHistory: was removed"]);
		expect(changed((copy) => delete messages(copy)["event.mentioned"])).toEqual(["chatRoom event mentioned: was removed"]);
		const arg = changed((copy) => {
			messages(copy)["action.sendMessage"].payload.prefixItems[1] = { type: "integer" };
		});
		expect(arg).toEqual(["chatRoom.sendMessage(text): was string, is integer"]);
		const more = changed((copy) => {
			const { payload } = messages(copy)["action.sendMessage"];
			payload.prefixItems.push({ type: "string" });
			payload.minItems = payload.maxItems = 3;
		});
		expect(more).toEqual(["chatRoom.sendMessage: takes more arguments"]);
		expect(changed((copy) => delete model(copy, "Message").properties.text)[0]).toContain(".text: was removed");
		const maybe = changed((copy) => {
			model(copy, "Message").required = ["id"];
		});
		expect(maybe.length).toBeGreaterThan(0);
		expect(maybe[0]).toContain("may be missing now");
		const needed = changed((copy) => {
			model(copy, "Position").properties.z = { type: "number" };
			model(copy, "Position").required.push("z");
		});
		expect(needed).toEqual(["gameRoom.updatePlayerPosition(position).z: is required now"]);
	});

	test("have no keyword but those that compare.test.ts has", () => {
		const keywords = new Set<string>();
		const collect = (schema: any): void => {
			if (typeof schema !== "object") return;
			Object.keys(schema).forEach((keyword) => keywords.add(keyword));
			const { properties = {}, additionalProperties, items, prefixItems = [], anyOf = [] } = schema;
			[...Object.values(properties), additionalProperties, items, ...prefixItems, ...anyOf].forEach(collect);
		};
		const payloads = Object.values<any>(document.channels).flatMap(({ messages }) => Object.values<any>(messages));
		[...Object.values(document.components.schemas), ...payloads.map(({ payload = {} }) => payload)].forEach(collect);
		const known = ["$ref", "additionalProperties", "anyOf", "const", "enum", "format", "items", "maxItems", "minItems"];
		known.push("prefixItems", "properties", "readOnly", "required", "type", "writeOnly", "x-rivet-names");
		expect([...keywords].filter((keyword) => !known.includes(keyword))).toEqual([]);
		expect(breakingChanges(document, structuredClone(document))).toEqual([]);
	});

	test("tell the kinds of a sealed type apart", () => {
		const shape = { $ref: "#/components/schemas/Circle", properties: { kind: { const: "circle" } }, required: ["kind"] };
		expect(typeOf(shape)).toBe('Circle & {\n\treadonly kind: "circle";\n}');
		expect(typeOf({ anyOf: [{ type: "integer", format: "bigint" }, { type: "null" }] })).toBe("bigint | null");
		expect(typeOf({ type: "array", items: { enum: ["RED", "GREEN"] } })).toBe('("RED" | "GREEN")[]');
	});

	test("know what breaks none", () => {
		const added = changed((copy) => {
			copy.channels.more = copy.channels.room;
			messages(copy)["action.more"] = messages(copy)["action.getHistory"];
			messages(copy)["event.more"] = messages(copy)["event.mentioned"];
			model(copy, "Message").properties.more = { type: "string" };
			model(copy, "Message").required.push("more");
			model(copy, "Guest").properties.more = { type: "string" };
			messages(copy)["action.sendMessage"].payload.prefixItems.push({ type: "string" });
			messages(copy)["action.sendMessage"].payload.maxItems = 3;
		});
		expect(added).toEqual([]);
	});

	test("fail a build on a breaking change", async () => {
		const copy = structuredClone(document);
		delete copy.channels.gameRoom;
		writeFileSync(`${FOLDER}/new.json`, JSON.stringify(copy));
		const check = (from: string, to: string) => run("node", [CLI, "--check", `${FOLDER}/${from}`, `${FOLDER}/${to}`]);
		await expect(check("old.json", "new.json")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("gameRoom: was removed") });
		expect((await check("new.json", "old.json")).stderr).toContain("No breaking changes");
		await expect(run("node", [CLI, `${FOLDER}/nothing.json`])).rejects.toMatchObject({ code: 2 });
	});
});
