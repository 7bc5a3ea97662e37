// Values that JSON has not, as the server writes and reads them: arrays of two, whose first element begins with `$`.

const toBase64 = (bytes: Uint8Array) => {
	let text = "";
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text);
};

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const isMarker = (value: unknown[]) => value.length === 2 && typeof value[0] === "string" && value[0].startsWith("$");

/** Makes of a value what JSON can write. */
export function encode(value: unknown): unknown {
	if (typeof value === "bigint") return ["$BigInt", value.toString()];
	if (value === undefined) return ["$Undefined", 0];
	if (value === null || typeof value !== "object") return value;
	if (value instanceof Uint8Array) return ["$Uint8Array", toBase64(value)];
	if (value instanceof ArrayBuffer) return ["$Uint8Array", toBase64(new Uint8Array(value))];
	if (value instanceof Set) return encode([...value]);
	if (value instanceof Map) return encode(Object.fromEntries(value));
	if ("toJSON" in value && typeof value.toJSON === "function") return encode(value.toJSON());
	if (Array.isArray(value)) {
		const encoded = value.map(encode);
		return isMarker(value) ? [`$${value[0]}`, encoded[1]] : encoded;
	}
	const encoded: Record<string, unknown> = {};
	for (const [name, each] of Object.entries(value)) if (each !== undefined) encoded[name] = encode(each);
	return encoded;
}

/** Makes of what JSON has read the value that was written. */
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
