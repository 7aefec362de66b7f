// From every chart that was packaged to the one of the tree: resources stay, and no cloud notices.
import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { createChartBed, RELEASE, RELEASE_NAMESPACE } from "../support/chart/chart-bed.ts";
import { VERSION } from "../../src/lib/version.ts";
import { helmOk, PACKAGED } from "../support/chart/helm.ts";

const packages = (await readdir(PACKAGED)).filter((file) => file.endsWith(".tgz")).sort();

it("There is a chart to upgrade from", () => {
  expect(packages).not.toEqual([]);
});

it.each(packages)("From %s", { timeout: 900_000 }, async (file) => {
  await using bed = await createChartBed();
  await bed.deploy("install", path.join(PACKAGED, file));
  const before = await bed.operator("before");
  await before.ready;
  await bed.applySamples();
  await bed.allReady();
  before.kill("SIGTERM");
  await before.ended;
  const [resources, effects] = await Promise.all([bed.resources(), bed.effects()]);

  await bed.deploy("upgrade", bed.chart);
  expect(await helmOk(bed.helm, ["list", "--namespace", RELEASE_NAMESPACE])).toContain(`${RELEASE}-${VERSION}`);
  const versions = await bed.kubectl([
    "get",
    "crds",
    "-o",
    String.raw`jsonpath={.items[*].metadata.labels.app\.kubernetes\.io/version}`,
  ]);
  expect(new Set(versions.split(" "))).toEqual(new Set([VERSION]));
  const after = await bed.operator("after");
  await after.ready;
  await bed.lookAgain();
  await bed.allReady();
  expect(await bed.resources()).toEqual(resources);
  expect(await bed.effects()).toEqual(effects);
});
