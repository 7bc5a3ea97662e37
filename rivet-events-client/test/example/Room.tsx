// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { useState } from "react";
import { useActor } from "./rivet";

export function Room({ name }: { name: string }) {
	const room = useActor({ name: "chatRoom", key: [name] });
	const [texts, setTexts] = useState<string[]>([]);
	const [refusal, setRefusal] = useState("");
	room.useEvent("messageReceived", ({ text }) => setTexts((before) => [...before, text]));
	const send = () => room.connection?.sendMessage("ada", "hi").catch((error) => setRefusal(error.message));
	return (
		<>
			<output>{room.connStatus}</output>
			<ul>{texts.map((text, i) => <li key={i}>{text}</li>)}</ul>
			<button disabled={room.connStatus !== "open"} onClick={send}>Say hi</button>
			<p role="alert">{refusal}</p>
		</>
	);
}
