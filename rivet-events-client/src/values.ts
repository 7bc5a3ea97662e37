// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Values that JSON does not have, in the form of the server: arrays of two, whose first element begins with `$`.

const toBase64 = (bytes: Uint8Array) => {
	let text = "";
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text);
};

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const isMarker = (value: unknown[]) => value.length === 2 && typeof value[0] === "string" && value[0].startsWith("$");

/**
 * Returns a copy of a value in the form that JSON can write.
 *
 * @throws the error of a getter or `toJSON` of the value, and a `TypeError` if the value contains itself
 */
export function encode(value: unknown): unknown {
	return encodeWithin(value, new Set());
}

/** @param around the objects that contain the value */
function encodeWithin(value: unknown, around: Set<object>): unknown {
	if (typeof value === "bigint") return ["$BigInt", value.toString()];
	if (value === undefined) return ["$Undefined", 0];
	if (typeof value === "function" || typeof value === "symbol") return undefined; // as in JSON.stringify
	if (value === null || typeof value !== "object") return value;
	if (value instanceof Uint8Array) return ["$Uint8Array", toBase64(value)];
	if (value instanceof ArrayBuffer) return ["$Uint8Array", toBase64(new Uint8Array(value))];
	if (around.has(value)) throw new TypeError("The value contains itself, so it cannot be sent");
	around.add(value);
	const encoded = encodeObject(value, (part) => encodeWithin(part, around));
	around.delete(value);
	return encoded;
}

function encodeObject(value: object, part: (value: unknown) => unknown): unknown {
	if (value instanceof Set) return part([...value]);
	if (value instanceof Map) return part(Object.fromEntries(value));
	if ("toJSON" in value && typeof value.toJSON === "function") {
		const json: unknown = value.toJSON();
		if (json !== value) return part(json);
	}
	if (Array.isArray(value)) {
		const encoded = Array.from(value, part);
		return isMarker(value) ? [`$${value[0]}`, encoded[1]] : encoded;
	}
	const present = Object.entries(value).filter(([, each]) => each !== undefined);
	return Object.fromEntries(present.map(([name, each]) => [name, part(each)]));
}

/** Returns the value that was encoded, from parsed JSON. */
export function decode(value: any): any {
	if (value === null || typeof value !== "object") return value;
	if (!Array.isArray(value)) {
		for (const name of Object.keys(value)) value[name] = decode(value[name]);
		return value;
	}
	if (isMarker(value)) {
		const [marker, content] = value;
		if (marker.startsWith("$$")) return [marker.slice(1), decode(content)];
		if (marker === "$BigInt") return BigInt(content);
		if (marker === "$Undefined") return undefined;
		if (marker === "$Uint8Array") return fromBase64(content);
	}
	return value.map(decode);
}
