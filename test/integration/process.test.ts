// `yunfan` as a user runs it: through npm, with its ready line, and ended by signals.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnYunfan } from "../support/command.ts";
import { cuttable } from "../support/cuttable.ts";
import type { Operator } from "../support/operator.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/stand.ts";
import { untilTestEnds } from "../support/transports.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../manifests/crds");
const GENEROUS_MS = 60_000;

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("process");
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Empty once it was released. */
async function holder(): Promise<string> {
  const { stdout } = await stand.kubectl(["get", "lease", "yunfan", "-o", "jsonpath={.spec.holderIdentity}"]);
  return stdout;
}

const messagesOf = ({ log }: Operator): string[] => log.map(({ msg }) => msg);
const timeOf = async (operator: Operator, msg: string): Promise<number> => Date.parse((await operator.said(msg)).time);

describe("npm run -s yunfan", () => {
  it("crds prints what is in manifests/crds", async () => {
    const command = untilTestEnds(spawnYunfan(["crds"], { through: "npm" }));
    expect(await command.ended).toEqual({ code: 0, signal: null });
    for (const plural of ["cloudaccounts", "registryprojects"]) {
      const manifest = await readFile(path.join(MANIFESTS, `${plural}.yaml`), "utf8");
      expect(command.stdout.join("\n")).toContain(manifest.trim());
    }
  });

  it("simulate prints one ready line, serves, and ends with 0 by Ctrl-C, which reaches npm and node alike", async () => {
    const keys = ["--access-key", "a", "--secret-key", "b"];
    const command = untilTestEnds(spawnYunfan(["simulate", "CtyunCCI", ...keys], { through: "npm" }));
    const ready = await command.ready;
    expect(ready).toEqual({ event: "ready", provider: "CtyunCCI", url: expect.stringMatching(/^http:\/\/127/) });
    const state = await fetch(`${String(ready["url"])}/_simulator/state`);
    expect(await state.json()).toMatchObject({ projects: [] });
    command.killGroup("SIGINT");
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(command.stdout).toHaveLength(1);
  });

  it(
    "run prints one ready line; SIGTERM to npm releases the lease and ends both with 0",
    { timeout: GENEROUS_MS },
    async () => {
      const operator = untilTestEnds(stand.operator({ through: "npm", identity: "by-npm" }));
      const ready = await operator.ready;
      expect(ready).toEqual({ event: "ready", identity: "by-npm" });
      expect(await holder()).toBe("by-npm");
      operator.kill("SIGTERM");
      expect(await operator.ended).toEqual({ code: 0, signal: null });
      expect(operator.stdout).toHaveLength(1);
      expect(await holder()).toBe("");
      const [stopping, stopped] = [await timeOf(operator, "Stopping"), await timeOf(operator, "Stopped")];
      expect(stopped - stopping).toBeLessThan(2000);
    },
  );
});

describe("yunfan run", () => {
  it(
    "R22: SIGTERM in the middle of a slow create loses nothing, releases the lease last, and the next process goes on",
    {
      timeout: GENEROUS_MS,
    },
    async () => {
      await stand.simulator.setFaults([{ action: "Latency", method: "POST", path: "projects$", ms: 1500 }]);
      const first = stand.operator({ identity: "first" });
      await stand.apply(...accountManifests(stand.simulator), projectManifest("slow"));
      await expect
        .poll(() => stand.simulator.requests(), { timeout: 40_000 })
        .toContainEqual(expect.objectContaining({ method: "POST", fault: "Latency" }));
      first.kill("SIGTERM");
      expect(await first.ended).toEqual({ code: 0, signal: null });
      expect(await holder()).toBe("");
      expect(messagesOf(first).slice(-2)).toEqual(["Released the lease", "Stopped"]);

      const second = stand.operator({ identity: "second" });
      await stand.reaches("registryproject/slow", "Available");
      expect(await stand.simulator.projects()).toMatchObject([{ name: "slow" }]);
      expect(await stand.simulator.effects()).toHaveLength(1);
      second.kill("SIGTERM");
      expect(await second.ended).toEqual({ code: 0, signal: null });
    },
  );

  describe("while a stop cannot come to its end", () => {
    /** Leads, was told to stop, and waits for an answer to its lease that never comes. */
    async function stopping(identity: string): Promise<Operator> {
      const { proxy, kubeconfig } = await cuttable(stand.kubeconfig);
      untilTestEnds(proxy);
      const operator = untilTestEnds(stand.operator({ identity, kubeconfig }));
      await operator.ready;
      proxy.inject({ method: /PUT/, path: /\/leases\//, action: "HoldBefore", times: 0 });
      operator.kill("SIGTERM");
      return operator;
    }

    it("R22: a second signal ends the process at once", { timeout: GENEROUS_MS }, async () => {
      const operator = await stopping("twice");
      await operator.said("Stopping");
      await elapse(700);
      operator.kill("SIGTERM");
      expect(await operator.ended).toEqual({ code: 1, signal: null });
      expect(messagesOf(operator)).not.toContain("Stopped");
    });

    it("R22: a second signal within 500 ms is the same one", { timeout: GENEROUS_MS }, async () => {
      const operator = await stopping("once");
      operator.kill("SIGINT");
      expect(await operator.ended).toEqual({ code: 0, signal: null });
      expect(messagesOf(operator)).toContain("Stopped");
    });
  });
});
