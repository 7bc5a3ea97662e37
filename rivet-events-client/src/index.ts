export { createClient } from "./client.js";
export { ActorError, ConnectionLostError } from "./errors.js";
export type * from "./types.js";
