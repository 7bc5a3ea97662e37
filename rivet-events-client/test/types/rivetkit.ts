// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The same types serve RivetKit's own client.
import { createClient } from "rivetkit/client";
import type { Message, RivetKitRegistry } from "./target/actors";

const client = createClient<RivetKitRegistry>("http://localhost/rivet");
const room = client.chatRoom.getOrCreate(["general"]).connect();
const message: Promise<Message> = room.sendMessage("ada", "hello");
// @ts-expect-error: wrong type of an argument
room.sendMessage("ada", 1);
// @ts-expect-error: no such action
room.sendMessages("ada", "hello");

export { message };
