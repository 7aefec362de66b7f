// From every chart that was packaged to the one of the tree, with the values of before kept in either way, and back: resources stay,
// the operator starts, and no cloud notices.
import { cp, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { findKubectl } from "../../controlplane/binaries.ts";
import { createChartBed, RELEASE, RELEASE_NAMESPACE, type ChartBed } from "../support/chart/chart-bed.ts";
import { VERSION } from "../../src/lib/version.ts";
import { nodePoolManifest } from "../support/environment/resources.ts";
import { ROOT, runSteps, stepsOf } from "../docs/shell.ts";
import { CHART, createHelm, helmOk, PACKAGED, render, valuesFiles } from "../support/chart/helm.ts";

const packages = (await readdir(PACKAGED)).filter((file) => file.endsWith(".tgz")).sort();
const examples = await valuesFiles();

/** What a user has set at the first install, and as the Deployment shows it. */
const OWN_VALUES = ["--set", "settleWindowSeconds=77"];
const OWN_FLAG = "--settle-window=77";

/** Without a count in its manifest. */
const POOL = "uncounted";

it("There is a chart to upgrade from", () => {
  expect(packages).not.toEqual([]);
});

describe.each(packages)("From %s", (file) => {
  it.each(examples)(
    "renders, with the values that --reuse-values keeps and those of $name, what its own values render",
    async ({ file: own }) => {
      const helm = await createHelm();
      const kept = await mkdtemp(path.join(tmpdir(), "yunfan-kept-"));
      await cp(CHART, kept, { recursive: true });
      const stored = await helmOk(helm, ["show", "values", path.join(PACKAGED, file)]);
      await writeFile(path.join(kept, "values.yaml"), stored);
      // A default that has changed since stays as it was stored.
      const { resources, networkPolicy } = parse(stored) as { resources: object; networkPolicy: object };
      const defaults = path.join(kept, "defaults.yaml");
      await writeFile(defaults, stringify({ resources, networkPolicy }));
      expect(await render(helm, ["--values", own], kept)).toBe(
        await render(helm, ["--values", defaults, "--values", own]),
      );
    },
  );

  it("keeps resources and what was set, touches no cloud, and goes back", { timeout: 900_000 }, async () => {
    await using bed = await createChartBed();
    const packaged = await bed.deploy("install", path.join(PACKAGED, file), OWN_VALUES);
    const first = await bed.operator("installed");
    await first.ready;
    await bed.applySamples();
    await bed.allReady();
    first.kill("SIGTERM");
    await first.ended;
    const before = await Promise.all([bed.resources(), bed.effects()]);

    const staysAsItWas = async (): Promise<void> => {
      expect(await deploymentArgs(bed)).toContain(OWN_FLAG);
      await using operator = await bed.operator("next");
      await operator.ready;
      await bed.lookAgain();
      await bed.allReady();
      expect(await Promise.all([bed.resources(), bed.effects()])).toEqual(before);
      operator.kill("SIGTERM");
      await operator.ended;
    };

    await bed.deploy("upgrade", bed.chart, ["--reset-then-reuse-values"]);
    expect(await versionsOf(bed)).toEqual([VERSION]);
    await staysAsItWas();
    await helmOk(bed.helm, ["rollback", RELEASE, "1", "--namespace", RELEASE_NAMESPACE]);
    // A kind that is new since stays, as all CRDs do.
    expect(await versionsOf(bed, packaged)).not.toContain(VERSION);
    await staysAsItWas();
    await bed.kubectl(["apply", "-f", "-"], stringify(nodePoolManifest({ metadata: { name: POOL } })));
    await bed.deploy("upgrade", bed.chart, ["--reuse-values"]);
    expect(await versionsOf(bed)).toEqual([VERSION]);
    await takeOutZeros(bed);
    await staysAsItWas();
  });
});

/** As docs/how-to/upgrade.md has it, with a pool whose manifest never named a count. */
async function takeOutZeros(bed: ChartBed): Promise<void> {
  const steps = (await stepsOf("docs/how-to/upgrade.md")).filter(({ section }) => section === "Zeros of before");
  const commands = steps.map(({ commands: written, promised, section }) => ({
    commands: written.replace("NAME", POOL),
    promised,
    section,
  }));
  const bin = path.dirname(await findKubectl());
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    KUBECONFIG: bed.plane.kubeconfigPath,
    HOME: bed.plane.directory,
  };
  const [listed, patched] = await runSteps(commands, { cwd: ROOT, env });
  expect(listed?.output.trim()).toBe(`default/${POOL}`);
  expect(patched?.output).toContain("patched");
  const spec = await bed.kubectl(["get", `nodepools.yunfan.dev/${POOL}`, "-o", "jsonpath={.spec}"]);
  expect(JSON.parse(spec)).not.toHaveProperty("replicas");
  await bed.kubectl(["delete", `nodepools.yunfan.dev/${POOL}`]);
}

/** Of the release's CRDs, each once. */
/** Which versions the CRDs of these names say, or all. */
async function versionsOf(bed: ChartBed, names: readonly string[] = []): Promise<string[]> {
  const columns = String.raw`custom-columns=VERSION:.metadata.labels.app\.kubernetes\.io/version`;
  const printed = await bed.kubectl(["get", "crds", ...names, "--no-headers", "-o", columns]);
  return [...new Set(printed.trim().split("\n"))];
}

async function deploymentArgs(bed: ChartBed): Promise<string[]> {
  const args = "jsonpath={.spec.template.spec.containers[0].args}";
  return JSON.parse(await bed.kubectl(["get", "deployment", RELEASE, "-n", RELEASE_NAMESPACE, "-o", args])) as string[];
}
