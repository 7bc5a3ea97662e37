// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Actors } from "./actors";
import { Room } from "./Room";

const fake = await vi.hoisted(async () => (await import("rivet-events-client/testing")).createFakeClient<Actors>());
vi.mock("./rivet", async () => (await import("rivet-events-client/react")).createRivetEvents(fake.client));

const room = fake.actor("chatRoom", "general");

afterEach(async () => {
	cleanup();
	await fake.reset();
});

test("shows messages, also those that it missed", async () => {
	render(<Room name="general" />);
	await act(() => room.opened());
	act(() => void room.emit("messageReceived", { text: "hello", at: 1 }));
	expect(screen.getByText("hello")).toBeTruthy();
	act(() => room.interrupt());
	expect(screen.getByText("waiting")).toBeTruthy();
	room.emit("messageReceived", { text: "meanwhile", at: 2 });
	await act(() => room.resume());
	expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["hello", "meanwhile"]);
});

test("sends a message, and shows a refusal", async () => {
	room.onAction("sendMessage", (user, text) => ({ text: `${user}: ${text}`, at: 1 }));
	render(<Room name="general" />);
	await act(() => room.opened());
	fireEvent.click(screen.getByText("Say hi"));
	expect(room.callsOf("sendMessage")).toEqual([["ada", "hi"]]);
	room.refuseAction("sendMessage", "auth.forbidden", { message: "You are muted" });
	fireEvent.click(screen.getByText("Say hi"));
	expect(await screen.findByText("You are muted")).toBeTruthy();
});

test("cannot send while it connects, and after the server has closed it", async () => {
	room.hold();
	render(<Room name="general" />);
	expect(screen.getByText<HTMLButtonElement>("Say hi").disabled).toBe(true);
	await act(() => room.resume());
	expect(screen.getByText<HTMLButtonElement>("Say hi").disabled).toBe(false);
	act(() => room.close("connection.disconnected"));
	expect(screen.getByText("closed")).toBeTruthy();
	expect(screen.getByText<HTMLButtonElement>("Say hi").disabled).toBe(true);
});
