export { createClient, ActorError } from "rivetkit/client";
