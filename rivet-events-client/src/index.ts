export { createClient } from "./client";
export { ActorError, ConnectionLostError } from "./errors";
export type * from "./types";
