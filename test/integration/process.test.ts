// `yunfan` as a user runs it: through npm, with its ready line, and ended by signals.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnYunfan } from "../support/operator/command.ts";
import { cuttable } from "../support/apiserver/cuttable-connections.ts";
import type { Operator } from "../support/operator/operator.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { untilTestEnds } from "../support/apiserver/transports.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../manifests/crds");
const GENEROUS_MS = 60_000;
const LATENCY_MS = 1500;
/** Signals within 500 ms of the first are the same one (R22); some of it is for a process that has to wait for a core. */
const SAME_SIGNAL_MS = 300;

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

describe("npm run -s yunfan", { timeout: GENEROUS_MS }, () => {
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

  it.each([
    ["simulate", ["simulate", "CtyunCCI", "--access-key", "a", "--secret-key", "b"]],
    ["run", []],
  ])("%s ends with 0 though the signal comes again and again until the very end", async (name, args) => {
    const command = name === "run" ? stand.operator({ identity: "signalled" }) : spawnYunfan(args);
    const running = untilTestEnds(command);
    await running.ready;
    const beganMs = performance.now();
    // On a busy machine the end may come later than that, and what comes then is a second signal, as below.
    const again = setInterval(() => {
      if (performance.now() - beganMs < SAME_SIGNAL_MS) running.kill("SIGINT");
    }, 1);
    expect(await running.ended.finally(() => clearInterval(again))).toEqual({ code: 0, signal: null });
  });

  it("run prints one ready line; SIGTERM to npm in the middle of a slow create drains, and both end with 0", async () => {
    await stand.simulator.setFaults([{ action: "Latency", method: "POST", path: "projects$", ms: LATENCY_MS }]);
    await stand.apply(...accountManifests(stand.simulator), projectManifest("slow"));
    const operator = untilTestEnds(stand.operator({ through: "npm", identity: "by-npm" }));
    expect(await operator.ready).toEqual({ event: "ready", identity: "by-npm" });
    expect(await holder()).toBe("by-npm");
    await expect
      .poll(() => stand.simulator.requests(), { timeout: 40_000 })
      .toContainEqual(expect.objectContaining({ method: "POST", fault: "Latency" }));

    operator.kill("SIGTERM");
    expect(await operator.ended).toEqual({ code: 0, signal: null });
    expect(operator.stdout).toHaveLength(1);
    expect(await holder()).toBe("");
    expect(messagesOf(operator).slice(-2)).toEqual(["Released the lease", "Stopped"]);
    const [stopping, stopped] = [await timeOf(operator, "Stopping"), await timeOf(operator, "Stopped")];
    // It waits for the create and for nothing else, such as the 30 s that reconciles have to end in.
    expect(stopped - stopping).toBeLessThan(LATENCY_MS + 15_000);
  });
});

describe("yunfan run", { timeout: GENEROUS_MS }, () => {
  it("goes on with the create that the process before it left behind, and makes nothing twice", async () => {
    const operator = untilTestEnds(stand.operator({ identity: "successor" }));
    await stand.reaches("registryproject/slow", "Available");
    expect(await stand.simulator.projects()).toMatchObject([{ name: "slow" }]);
    expect(await stand.simulator.effects()).toHaveLength(1);
    operator.kill("SIGTERM");
    expect(await operator.ended).toEqual({ code: 0, signal: null });
  });

  describe("while a stop waits for an answer that does not come", () => {
    /** Leads, and was told to stop; `answer` lets it come to its end. */
    async function stopping(identity: string): Promise<{ operator: Operator; answer: () => void }> {
      await stand.kubectl(["delete", "lease", "yunfan", "--ignore-not-found"]);
      const { proxy, kubeconfig } = await cuttable(stand.kubeconfig);
      untilTestEnds(proxy);
      const operator = untilTestEnds(stand.operator({ identity, kubeconfig }));
      await operator.ready;
      const hold = proxy.inject({ method: /PUT/, path: /\/leases\//, action: "HoldBefore", times: 0 });
      operator.kill("SIGTERM");
      return { operator, answer: () => hold.release() };
    }

    it("R22: a second signal ends the process at once", async () => {
      const { operator } = await stopping("twice");
      await operator.said("Stopping");
      await elapse(700);
      operator.kill("SIGTERM");
      expect(await operator.ended).toEqual({ code: 1, signal: null });
      expect(messagesOf(operator)).not.toContain("Stopped");
    });

    it("R22: a second signal within 500 ms is the same one", async () => {
      const { operator, answer } = await stopping("once");
      operator.kill("SIGINT");
      await operator.said("Stopping");
      answer();
      expect(await operator.ended).toEqual({ code: 0, signal: null });
      expect(messagesOf(operator)).toContain("Stopped");
    });
  });
});
