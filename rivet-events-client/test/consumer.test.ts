// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The package as npm installs it: its types in each way to resolve them, and its code on a server.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import ts from "typescript";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
// @ts-expect-error: plain JavaScript
import { CONTRACT_TYPES, writeContract, writeTypes } from "../bin/write.mjs";

const run = promisify(execFile);
const FOLDER = "test/types/target/consumer";

const DOCUMENT = {
	info: { title: "test" },
	components: { schemas: { Message: { type: "object", properties: { text: { type: "string" }, at: { type: "integer", format: "int64" } }, required: ["text", "at"] } } },
	channels: {
		chatRoom: {
			"x-rivet-fingerprint": "0123456789abcdef",
			messages: {
				"action.sendMessage": { payload: { prefixItems: [{ type: "string" }, { type: "string" }], minItems: 2, "x-rivet-names": ["user", "text"] } },
				"result.sendMessage": { payload: { $ref: "#/components/schemas/Message" } },
				"action.mark": { payload: { prefixItems: [{ enum: ["NEW", "gone"] }], minItems: 1, "x-rivet-names": ["status"] } },
				"result.mark": {},
				"action.whoIsHere": { payload: { prefixItems: [{ type: "integer", format: "int64" }], minItems: 0, "x-rivet-names": ["since"] } },
				"result.whoIsHere": { payload: { type: "array", items: { type: "string" } } },
				params: { payload: { type: "object", properties: { name: { type: "string" } } } },
				"event.messageReceived": { payload: { prefixItems: [{ $ref: "#/components/schemas/Message" }], minItems: 1, "x-rivet-names": ["message"] } },
				"event.presenceChanged": { payload: { prefixItems: [], minItems: 0 } },
			},
		},
	},
};

/** The README of the package, and all documents of the project. */
const DOCUMENTS = ["README.md", "../README.md", ...readdirSync("../docs").filter((name) => name.endsWith(".md") && name !== "testing-clients.md").map((name) => `../docs/${name}`)];

/** The modules of an example of component tests, which is itself a test. */
const EXAMPLE = ["rivet.ts", "Room.tsx", "Room.test.tsx"];

const textOfExample = (name: string) => readFileSync(`test/example/${name}`, "utf8").replace(/^(\/\/.*\n)+\n/, "");

/** An example of a document, in TypeScript or in JavaScript, which leaves types out. */
interface Example {
	name: string;
	code: string;
	typed: boolean;
}

/** The examples of a document, each a module; of a page of HTML its scripts. Another test runs settings of Vite. */
function examples(file: string): Example[] {
	const text = readFileSync(file, "utf8");
	const modules = [...text.matchAll(/```(js|ts|tsx)\n(.*?)```/gs)].map(([, language, code]) => ({ code: code!, typed: language !== "js" }));
	const scripts = [...text.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, code]) => ({ code: code!.replace(/"[^"]*\/(rivet-events-client)\.js"/, '"$1"'), typed: false }));
	return [...modules, ...scripts]
		.filter(({ code }) => !code.includes('from "vite"'))
		.map(({ code, typed }, i) => ({ name: `${file.replace(/\W/g, "-")}-${i}.tsx`, code: `${code.replace('"./actors"', '"./actors.js"')}\nexport {};\n`, typed }));
}

const USAGE = `import { createClient, type ConnectionStatus } from "rivet-events-client";
import { createRivetEvents } from "rivet-events-client/react";
import { createFakeClient, type FakeActor } from "rivet-events-client/testing";
import { WebSocket } from "ws";
import type { Actors } from "./actors";
import { contract } from "./contract.js";
const client = createClient<Actors>("/rivet", { contract, WebSocket });
const room = client.chatRoom.getOrCreate("x").connect();
room.on("messageReceived", (message) => { const at: number | bigint = message.at; return at; });
room.sendMessage("ada", "hi").then((message) => message.text);
room.whoIsHere(2n ** 60n).then((names) => names.join());
room.mark("gone");
const { useActor } = createRivetEvents(client);
export function Room() {
	const shown = useActor({ name: "chatRoom", key: ["a"] });
	shown.useEvent("messageReceived", (message) => message.text.trim());
	const status: ConnectionStatus | null = shown.status;
	return status;
}
const untyped = createRivetEvents("http://x/rivet");
export function Untyped() {
	const shown = untyped.useActor({ name: "room", key: ["a"] });
	shown.useEvent("x", (first, second) => console.log(first.anything, second));
	return shown.connection?.say("x");
}
await room[Symbol.asyncDispose]();
const fake = createFakeClient<Actors>();
createRivetEvents(fake.client);
const fakeRoom: FakeActor<Actors["chatRoom"]> = fake.actor("chatRoom", "x");
fakeRoom.onAction("sendMessage", async (user, text) => ({ text: user.trim() + text.trim(), at: 1n }));
fakeRoom.onAction("mark", () => {});
fakeRoom.emitTo(["sport"], "messageReceived", { text: "hi", at: 1 });
fakeRoom.callsOf("mark").map(([status]) => status === "NEW");
for (const call of fakeRoom.calls) if (call.name === "sendMessage") call.args[1].trim();
createFakeClient().actor("room").onAction("say", (text) => text.anything);
`;

const RESOLUTIONS = {
	node10: { module: "ES2022", moduleResolution: "node10" },
	node16: { module: "node16", moduleResolution: "node16" },
	bundler: { module: "ES2022", moduleResolution: "bundler" },
};

const parsed = new Map<string, ts.SourceFile>();

/** The compiler's messages for some files. Files of libraries are parsed once for all runs. */
function compile(files: string[], more: object): string[] {
	const json = { target: "ES2022", strict: true, noEmit: true, jsx: "react-jsx", types: ["node"], ...more };
	const { options } = ts.convertCompilerOptionsFromJson(json, FOLDER);
	const host = ts.createCompilerHost(options);
	const read = host.getSourceFile;
	host.getSourceFile = (name, language, ...rest) => {
		const key = `${name} ${JSON.stringify(language)}`;
		const known = parsed.get(key) ?? read(name, language, ...rest);
		if (known && name.includes("node_modules/")) parsed.set(key, known);
		return known;
	};
	const program = ts.createProgram(files.map((file) => `${FOLDER}/${file}`), options, host);
	return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}

/** Mistakes, and the expected compiler message for each. */
const WRONG = {
	"an event": ['room.on("messagesReceived", () => {});', '"messageReceived" | "presenceChanged"'],
	"an action by call": ['room.call("send", []);', '"sendMessage" | "mark" | "whoIsHere"'],
	"an event of a hook": ['useActor({ name: "chatRoom" }).useEvent("x", () => {});', '"messageReceived" | "presenceChanged"'],
	"an actor of a hook": ['useActor({ name: "chatRooms" });', '"chatRoom"'],
	"an iteration": ['room.events("x");', '"messageReceived" | "presenceChanged"'],
	"an action": ['room.sendMesage("a", 1);', "ActorConnection<ChatRoomActor>", "'sendMessage'"],
	"an actor of a fake": ['fake.actor("chatRooms");', '"chatRoom"'],
	"an event of a fake": ['fakeRoom.emit("x");', '"messageReceived" | "presenceChanged"'],
	"an action of a fake": ['fakeRoom.onAction("send", () => {});', '"sendMessage" | "mark" | "whoIsHere"'],
	"a result of a fake": ['fakeRoom.onAction("whoIsHere", () => 1);', "string[]"],
	"an enum": ['room.mark("SHIPPED");', '"NEW" | "gone"'],
};

const wrongFile = (name: string) => `wrong-${name.replaceAll(" ", "-")}.tsx`;

describe("the package", () => {
	let files: string[];
	let contents: string[];
	const scripts: string[] = [];

	beforeAll(async () => {
		rmSync(FOLDER, { recursive: true, force: true });
		mkdirSync(FOLDER, { recursive: true });
		writeFileSync(`${FOLDER}/package.json`, '{"type":"module"}');
		await run("npx", ["tsc", "-p", "tsconfig.json"]);
		const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", FOLDER]);
		const [{ filename, files: packed }] = JSON.parse(stdout);
		contents = packed.map(({ path }: { path: string }) => path);
		await run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`], { cwd: FOLDER });
		for (const name of ["rivetkit", "@rivetkit"]) symlinkSync(`../../../../../../sample-app/src/test/client/node_modules/${name}`, `${FOLDER}/node_modules/${name}`);
		writeFileSync(`${FOLDER}/actors.d.ts`, writeTypes(DOCUMENT));
		writeFileSync(`${FOLDER}/contract.js`, writeContract(DOCUMENT));
		writeFileSync(`${FOLDER}/contract.d.ts`, CONTRACT_TYPES);
		// with module names that each resolution supports
		writeFileSync(`${FOLDER}/usage.tsx`, USAGE.replace('"./actors"', '"./actors.js"'));
		files = ["usage.tsx"];
		for (const { name, code, typed } of DOCUMENTS.flatMap(examples)) {
			writeFileSync(`${FOLDER}/${name}`, code);
			(typed ? files : scripts).push(name);
		}
	}, 60_000);

	// the compiler blocks the thread: vitest gives up a worker that does not answer for a minute
	beforeEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

	test.each(Object.entries(RESOLUTIONS))("has types that compile as in the documents: %s", { timeout: 60_000 }, (_, resolution) => {
		expect(files.length).toBeGreaterThan(3);
		expect(compile(files, { ...resolution, skipLibCheck: false })).toEqual([]);
	});

	test("has the names that scripts in the documents use", { timeout: 60_000 }, () => {
		expect(scripts.length).toBeGreaterThan(10);
		expect(compile(scripts, { ...RESOLUTIONS.bundler, strict: false, skipLibCheck: true })).toEqual([]);
	});

	test.each(EXAMPLE)("has the example of component tests as in its document: %s", (name) => {
		const document = readFileSync("../docs/testing-clients.md", "utf8");
		expect(document).toContain(`\`\`\`${name.replace(/.*\./, "")}\n${textOfExample(name)}\`\`\`\n`);
	});

	test("has types for the example of component tests", { timeout: 60_000 }, () => {
		mkdirSync(`${FOLDER}/example`);
		for (const name of EXAMPLE) writeFileSync(`${FOLDER}/example/${name}`, textOfExample(name));
		writeFileSync(`${FOLDER}/example/actors.d.ts`, writeTypes(DOCUMENT));
		expect(compile(["example/Room.test.tsx"], { ...RESOLUTIONS.bundler, module: "ES2022", skipLibCheck: true })).toEqual([]);
	});

	test("has declarations that need no more than the language of their time", { timeout: 60_000 }, () => {
		expect(compile(["usage.tsx"], { ...RESOLUTIONS.bundler, lib: ["ES2022", "DOM"], skipLibCheck: false })).toEqual([]);
	});

	describe("says shortly which names there are", () => {
		let said: string[];

		beforeAll(() => {
			const usage = readFileSync(`${FOLDER}/usage.tsx`, "utf8");
			for (const [name, [code]] of Object.entries(WRONG)) writeFileSync(`${FOLDER}/${wrongFile(name)}`, `${usage}\n${code}\n`);
			said = compile(Object.keys(WRONG).map(wrongFile), { ...RESOLUTIONS.bundler, skipLibCheck: true });
		}, 60_000);

		test.each(Object.entries(WRONG))("%s", (name, [, ...expected]) => {
			const complaints = said.filter((each) => each.includes(wrongFile(name)));
			expect(complaints).toHaveLength(1);
			for (const each of expected) expect(complaints[0]).toContain(each);
			expect(complaints[0]).not.toContain("params:");
			expect(complaints[0]!.length).toBeLessThan(500);
		});
	});

	const inNode = (code: string, ...conditions: string[]) =>
		run("node", [...conditions, "--input-type=module", "-e", code], { cwd: FOLDER }).then(({ stdout }) => stdout);

	test.each([[], ["--conditions=react-server"]])("is loaded and made on a server %j", async (...conditions) => {
		const code = `
			const { createClient } = await import("rivet-events-client");
			const { createRivetEvents, useEvent } = await import("rivet-events-client/react");
			const { useActor } = createRivetEvents("/rivet");
			createClient("/rivet").room.getOrCreate();
			console.log(typeof useActor, typeof useEvent);`;
		expect(await inNode(code, ...(conditions as string[]))).toBe("function function\n");
	});

	test("has readable modules, their maps and sources, and the minified files of the jar", () => {
		const minified = "src/main/resources/META-INF/resources/rivet-events";
		const wanted = ["LICENSE", "README.md", "bin/rivet-events-types.mjs", `${minified}/rivet-events-client.js`, `${minified}/rivet-events-client.js.map`];
		expect(contents).toEqual(expect.arrayContaining(wanted));
		expect(contents.filter((file) => /^test\/|tsconfig|\.test\.|node_modules|^build/.test(file))).toEqual([]);
		const installed = `${FOLDER}/node_modules/rivet-events-client`;
		for (const name of ["index", "opentelemetry", "react", "testing", "connection"]) {
			for (const suffix of ["js", "js.map", "d.ts", "d.ts.map"]) expect(contents).toContain(`dist/${name}.${suffix}`);
			const { sources } = JSON.parse(readFileSync(`${installed}/dist/${name}.js.map`, "utf8"));
			for (const source of sources) expect(existsSync(`${installed}/dist/${source}`)).toBe(true);
		}
		const hooks = readFileSync(`${installed}/dist/react.js`, "utf8");
		expect(hooks).toMatch(/^(\/\/.*\n)*"use client";\n/);
		expect(hooks).toContain("export function createRivetEvents");
	});

	test("has a command for types", async () => {
		const { stderr } = await run("npx", ["--no-install", "rivet-events-types", "--help"], { cwd: FOLDER });
		expect(stderr).toContain("--contract");
	});

	test("renders on a server as idle", async () => {
		const code = `
			const { createElement, StrictMode } = await import("react");
			const { renderToString } = await import("react-dom/server");
			const { createRivetEvents } = await import("rivet-events-client/react");
			const { useActor } = createRivetEvents("/rivet");
			const Room = () => {
				const room = useActor({ name: "ev", key: ["a"], params: { big: 1n } });
				room.useEvent("x", () => {});
				return createElement("p", null, room.connStatus, String(room.error), String(room.connection));
			};
			console.log(renderToString(createElement(StrictMode, null, createElement(Room))));`;
		expect((await inNode(code)).replaceAll("<!-- -->", "")).toBe("<p>idlenullnull</p>\n");
	});

	test("can be read where it fails", () => {
		for (const file of ["rivet-events-client.js", "react.js"]) {
			const path = `src/main/resources/META-INF/resources/rivet-events/${file}`;
			const code = readFileSync(path, "utf8");
			expect(Math.max(...code.split("\n").map((line) => line.length))).toBeLessThan(1000);
			expect(code).toContain(`//# sourceMappingURL=${file}.map`);
			const map = JSON.parse(readFileSync(`${path}.map`, "utf8"));
			expect(map.sources).toContain(`rivet-events-client/src/${file === "react.js" ? "react" : "connection"}.ts`);
			expect(map.sourcesContent).toHaveLength(map.sources.length);
		}
		const hooks = readFileSync("src/main/resources/META-INF/resources/rivet-events/react.js", "utf8");
		expect(hooks).toMatch(/^\/\*.*\*\/\n"use client";/);
	});
});
