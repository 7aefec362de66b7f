// Whoever reads our output may go away before its end, as `head` does: that is no error, and what else is to be done goes on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { accountManifests, createStand, projectManifest } from "../support/environment/environment.ts";
import { ROOT } from "../docs/shell.ts";
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

  it("ends no benchmark with an error", async () => {
    const args = [path.join(ROOT, "bench/main.ts"), "none"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    const [complaints, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect([code, complaints]).toEqual([0, ""]);
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
    await stand.apply(projectManifest("read"));
    await stand.reaches("registryproject/read", "Available");
    const flags = ["--kubeconfig", sharedControlPlane().kubeconfigPath, "-n", stand.namespace];
    const images = yunfan("registry", "images", "read", ...flags);
    images.child.stdout.destroy();
    expect(await images.ended).toEqual([0, null]);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  },
);
