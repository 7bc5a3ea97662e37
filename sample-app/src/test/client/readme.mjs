import { createClient } from "rivetkit/client";

const client = createClient("http://localhost:8080/rivet");
const poll = client.poll.getOrCreate(["lunch"]).connect();

poll.on("voted", (choice, votes) => console.log(`${choice}: ${votes}`));
console.log(await poll.vote("soup"));
