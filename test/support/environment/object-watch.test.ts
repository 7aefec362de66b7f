// What becomes of a watch that the server ends, refuses for a moment, or can't go on with.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdtemp, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lookoutBy } from "./object-watch.ts";

type Answer = (response: ServerResponse) => void;

/** A server that gives these answers in turn, and leaves what comes after them open; and the versions from which it was asked. */
async function scripted(answers: readonly Answer[]) {
  const from: (string | null)[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://server");
    answers[from.push(searchParams.get("resourceVersion")) - 1]?.(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), "yunfan-watch-")), "kubeconfig");
  const config = {
    clusters: [{ name: "one", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "one", user: {} }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
    "current-context": "one",
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const lookout = lookoutBy(kubeconfig);
  onTestFinished(async () => {
    await lookout[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
  });
  return { lookout, from };
}

const tell =
  (type: string, resourceVersion: string): Answer =>
  (response) =>
    void response.end(`${JSON.stringify({ type, object: { metadata: { resourceVersion } } })}\n`);

it("goes on after the last version where the server ends it, and after the time that a refusal asks for", async () => {
  const refusal: Answer = (response) => void response.writeHead(429, { "retry-after": "0" }).end();
  const { lookout, from } = await scripted([refusal, tell("ADDED", "5"), tell("BOOKMARK", "9")]);
  const told: string[] = [];
  const over = lookout.watch("/objects", ({ type }) => told.push(type));
  await expect.poll(() => from).toEqual(["", "", "5", "9"]);
  expect(told).toEqual(["ADDED"]);
  await lookout[Symbol.asyncDispose]();
  await over;
});

it.each([
  ["an error in the stream", tell("ERROR", "5"), /Watching \/objects: .*ERROR/],
  ["a refusal", (response: ServerResponse) => void response.writeHead(403).end("no"), /Watching \/objects: 403, no/],
])("says so where nothing is told any more: %s", async (_, answer, message) => {
  const { lookout } = await scripted([answer]);
  await expect(lookout.watch("/objects", () => undefined)).rejects.toThrow(message);
});
