// Whoever reads our output may go away before its end, as `head` does: that is no error, and what else is to be done goes on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { accountManifests, createStand } from "../support/environment/environment.ts";
import { programFile } from "../support/operator/command.ts";

function yunfan(...args: readonly string[]) {
  const child = spawn(process.execPath, [programFile(), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  return { child, ended };
}

describe("a reader of standard output who has seen enough", () => {
  it.each([
    ["in the middle of the CRDs", ["crds"]],
    ["in the middle of help", ["--help"]],
    ["in the middle of a subcommand's help", ["run", "--help"]],
  ])("ends nothing with an error: %s", async (_, args) => {
    const { child, ended } = yunfan(...args);
    const complaints = text(child.stderr);
    if (args[0] === "crds") await once(child.stdout, "data");
    child.stdout.destroy();
    expect(await ended).toEqual([0, null]);
    expect(await complaints).toBe("");
  });

  it("lets a simulator go on", async () => {
    const { child, ended } = yunfan("simulate", "CtyunCCI", "--access-key", "a", "--secret-key", "b");
    const complaints = text(child.stderr);
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    child.stdout.destroy();
    const { url } = JSON.parse(line) as { url: string };
    expect(await (await fetch(`${url}/_simulator/state`)).json()).toMatchObject({ projects: [] });
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(await complaints).toBe("");
  });
});

it.each(["json", "pretty"])(
  "A reader of the log who goes away lets the operator go on: %s",
  { timeout: 60_000 },
  async (format) => {
    await using stand = await createStand("pipes");
    const scope = ["--watch-namespaces", stand.namespace, "--no-leader-elect", "--log-format", format];
    const { child, ended } = yunfan("run", "--kubeconfig", stand.kubeconfig, ...scope, "--log-level", "debug");
    const ready = once(createInterface({ input: child.stdout }), "line");
    await once(child.stderr, "data");
    child.stderr.destroy();
    await ready;
    child.stdout.destroy();
    await stand.apply(...accountManifests(stand.simulator));
    await stand.reaches("cloudaccount/ctyun", "Verified");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  },
);
