// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// What must be right and what must be wrong with the types of the sample's actors: tsc reports each line that
// is marked and is not an error.
import { createClient } from "../../src/index";
import type { Actors, Message } from "./target/actors";
import { contract } from "./target/contract.js";

const client = createClient<Actors>("http://localhost/rivet", { contract });
const room = client.chatRoom.getOrCreate(["general"]).connect({ name: "ada" });

const message: Promise<Message> = room.sendMessage("ada", "hello");
const stateless: Promise<Message[]> = client.chatRoom.get("general").getHistory();
room.on("messageReceived", (received) => received.text.toUpperCase());
room.on("presenceChanged", { tags: ["x"] }, (names) => names.join());
room.fire.sendMessage("ada", "hello");
room.with({ deadline: 10 }).sendMessage("ada", "hello");
room.predict("presenceChanged", ["ada"]);
client.gameRoom.getOrCreate().connect().updatePlayerPosition({ x: 1, y: 2 });
client.echo.getOrCreate().connect().emit(1, "two", null);

// @ts-expect-error: no such actor
client.chatRooms;
// @ts-expect-error: no such action
room.sendMessages("ada", "hello");
// @ts-expect-error: wrong type of an argument
room.sendMessage("ada", 1);
// @ts-expect-error: an argument is missing
room.sendMessage("ada");
// @ts-expect-error: wrong type of a result
const wrong: Promise<number> = room.sendMessage("ada", "hello");
// @ts-expect-error: no such event
room.on("messagesReceived", () => {});
// @ts-expect-error: wrong type of an event's argument
room.on("messageReceived", (received: string) => received);
// @ts-expect-error: wrong arguments of an event
room.predict("presenceChanged", "ada");
// @ts-expect-error: a part of a record is missing
client.gameRoom.getOrCreate().connect().updatePlayerPosition({ x: 1 });
// @ts-expect-error: wrong params
client.chatRoom.getOrCreate().connect({ name: 1 });

export { message, stateless, wrong };
