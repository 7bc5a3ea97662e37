// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// As rivet-events-types writes it.
export interface Message {
	readonly text: string;
	readonly at: number | bigint;
}

export interface Actors {
	chatRoom: {
		params: { readonly name?: string };
		actions: { sendMessage(user: string, text: string): Message };
		events: { messageReceived: [message: Message] };
	};
}
