// The pages that a reader follows at a terminal, command by command as they are written: the quickstart in a fresh copy of the
// checkout, then the how-tos on what it has started.
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { copyOfCheckout, startStep, type Staying } from "./demo.ts";
import { brokenPromises, runSteps, stepsOf, type Shown, type Step } from "./shell.ts";
import { twoClusters } from "./two-clusters.ts";

const QUICKSTART = "docs/quickstart.md";
/** npm ci and the demo on a machine that others load, too. */
const START_WITHIN_MS = 600_000;
const PAGE_WITHIN_MS = 180_000;

let checkout: string;
let env: NodeJS.ProcessEnv;
let demo: Staying;
let first: Step;

beforeAll(async () => {
  checkout = await copyOfCheckout();
  const bin = path.dirname(inject("controlPlane").kubectlPath);
  env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"]}`, npm_config_prefer_offline: "true" };
  [first] = (await stepsOf(QUICKSTART)) as [Step];
  demo = startStep(first, { cwd: checkout, env });
  await demo.shown;
}, START_WITHIN_MS);

afterAll(async () => {
  await demo[Symbol.asyncDispose]();
  await rm(checkout, { recursive: true, force: true });
});

interface Effect {
  readonly effect: boolean;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
}

/** Of a set's object in a cluster, which a set that is orphaned lets go of: nothing that is billed, and no project. */
const takesMarkOff = ({ method, path: where }: Effect): boolean =>
  method === "PUT" && !/\/(?:clusters|nodepools|nodes|addons|projects)\b/.test(where);

/** What has no id to adopt, which the page leaves to a step of its own. */
const STAYS_BEHIND = /^(?:manifestset|inventorysink|alarmsource|inventoryquery)\./;

describe("The quickstart", () => {
  it("begins as the README says, and needs five commands to the first Ready resource", async () => {
    const steps = await stepsOf(QUICKSTART);
    const readme = (await stepsOf("README.md")).map(({ commands }) => commands);
    expect(readme).toContain(first.commands);
    const untilReady = steps.slice(0, 2);
    expect(untilReady.at(-1)?.commands).toContain("kubectl wait --for=condition=Ready");
    expect(untilReady.flatMap(({ commands }) => commandsOf(commands)).length).toBeLessThanOrEqual(5);
  });

  it(
    "shows what it promises",
    async () => {
      expect(brokenPromises(await demo.shown)).toEqual([]);
      const shown = await runSteps((await stepsOf(QUICKSTART)).slice(1), { cwd: checkout, env });
      expect(shown.flatMap(brokenPromises)).toEqual([]);
      expect(shown.filter(({ promised }) => promised !== "").length).toBeGreaterThan(3);
    },
    PAGE_WITHIN_MS,
  );
});

/** A page that promises something, breaks none of it, and has no effect in a cloud. */
const AS_WRITTEN = { promises: true, broken: [], effects: [] };

describe("The how-tos, on what the quickstart has started", () => {
  let kubeconfig: string;
  let clouds: readonly string[];

  beforeAll(async () => {
    kubeconfig = path.join(checkout, ".demo", "kubeconfig");
    clouds = await Promise.all(["ctyun", "huawei"].map((account) => endpointOf(account)));
    // What docs/how-to/adopt.md presupposes.
    const body = JSON.stringify({ name: "legacy" });
    await fetch(`${clouds[0]}/_simulator/projects`, { method: "POST", body });
  });

  it.each(["adopt", "pause", "rotate-credentials", "orphan"])(
    "%s.md shows what it promises, and nothing in the cloud changes",
    async (page) => {
      expect(await follow(page, kubeconfig)).toEqual(AS_WRITTEN);
    },
    PAGE_WITHIN_MS,
  );

  it(
    "move-to-another-cluster.md moves all of it, and nothing in the cloud changes",
    async () => {
      await using both = await twoClusters(kubeconfig);
      const namesIn = async (context: string): Promise<string[]> => {
        const [{ output }] = (await run(`kubectl --context ${context} get yunfan -A -o name`, both.kubeconfig)) as [
          Shown,
        ];
        return output
          .split("\n")
          .filter((name) => name.includes("yunfan.dev/"))
          .toSorted();
      };
      const had = await namesIn("old");
      expect(await follow("move-to-another-cluster", both.kubeconfig)).toEqual(AS_WRITTEN);
      expect(await namesIn("new")).toEqual(had.filter((name) => !STAYS_BEHIND.test(name)));
      expect(await namesIn("old")).toEqual([]);
    },
    PAGE_WITHIN_MS,
  );

  async function follow(page: string, file: string): Promise<object> {
    const steps = await stepsOf(`docs/how-to/${page}.md`);
    const before = await effects();
    const shown = await runSteps(steps, { cwd: checkout, env: { ...env, KUBECONFIG: file } });
    const promises = shown.some(({ promised }) => promised !== "");
    const known = new Set(before.map(({ requestId }) => requestId));
    const made = (await effects()).filter((effect) => !known.has(effect.requestId) && !takesMarkOff(effect));
    return { promises, broken: shown.flatMap(brokenPromises), effects: made };
  }

  function run(commands: string, file: string): Promise<Shown[]> {
    return runSteps([{ commands, promised: undefined, section: "" }], {
      cwd: checkout,
      env: { ...env, KUBECONFIG: file },
    });
  }

  async function endpointOf(account: string): Promise<string> {
    const [{ output }] = (await run(
      `kubectl get cloudaccount ${account} -o jsonpath='{.spec.endpoint}'`,
      kubeconfig,
    )) as [Shown];
    return output.trim();
  }

  /** Requests that changed something in any of the clouds. */
  async function effects(): Promise<Effect[]> {
    const logs = await Promise.all(clouds.map(async (url) => (await fetch(`${url}/_simulator/requests`)).json()));
    return (logs.flat() as Effect[]).filter(({ effect }) => effect);
  }
});

it("Ctrl-C ends all that the quickstart has started", async () => {
  await demo.ctrlC();
  await expect(fetch(await serverOf(path.join(checkout, ".demo", "kubeconfig")))).rejects.toThrow("fetch failed");
});

async function serverOf(kubeconfig: string): Promise<string> {
  return /server: (\S+)/.exec(await readFile(kubeconfig, "utf8"))?.[1] ?? "";
}

/** What a person types: lines, and what stands between `&&`; what a here-document holds is no command. */
function commandsOf(block: string): string[] {
  const withoutDocuments = block.replaceAll(/<<'(\w+)'\n[\s\S]*?\n\1\n/g, "\n");
  return withoutDocuments.split(/\n|&&/).filter((line) => line.trim() !== "");
}
