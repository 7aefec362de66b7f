// Pages that tell people what to do tell all of it: what they leave out would remove nodes, hang, or let two operators write.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { renderCapabilities } from "../../scripts/capabilities.ts";
import { kinds } from "../../src/crds/kinds.ts";
import { ROOT, stepsOf } from "./shell.ts";

/** What others hang on. */
const LAST = ["managedclusters", "registryprojects", "cloudaccounts"];

it("uninstall.md deletes every kind, and what is in clusters before them", async () => {
  const steps = await stepsOf("docs/how-to/uninstall.md");
  const all = steps.filter(({ section }) => section === "Remove everything from the cloud too");
  const commands = all.map((step) => step.commands).join("\n");
  const deleted = [...commands.matchAll(/(\w+)\.yunfan\.dev/g)].map(([, plural = ""]) => plural);
  expect(deleted.toSorted()).toEqual(kinds.map(({ type }) => type.plural).toSorted());
  expect(deleted.slice(-LAST.length)).toEqual(LAST);
});

it("upgrade.md holds the pools before an older operator may take their nodes", async () => {
  const steps = (await stepsOf("docs/how-to/upgrade.md")).filter(({ section }) => section === "Back");
  expect(steps.map(({ commands }) => commands).join("\n")).toContain("nodepools.yunfan.dev --all --all-namespaces");
});

it("move-to-another-cluster.md deletes on the old side before it ends the pause there", async () => {
  const steps = await stepsOf("docs/how-to/move-to-another-cluster.md");
  const commands = steps.map((step) => step.commands).join("\n");
  expect(commands.indexOf("delete $KINDS")).toBeGreaterThan(0);
  expect(commands.indexOf("delete $KINDS")).toBeLessThan(commands.indexOf("yunfan.dev/paused-"));
});

it("installing.md lets two installations share no namespace", async () => {
  const lines = (await readFile(path.join(ROOT, "docs/installing.md"), "utf8")).split("\n");
  const row = lines.find((line) => line.startsWith("| another installation"));
  for (const value of ["policies.enabled=false", "crds.enabled=false", "watchNamespaces"]) expect(row).toContain(value);
});

it("logs are asked of all replicas, and for all lines of a time", async () => {
  const pages = (await readdir(path.join(ROOT, "docs/runbooks"))).map((name) => `docs/runbooks/${name}`);
  const commands = (await Promise.all(pages.map(stepsOf))).flat().flatMap((step) => step.commands.split("\n"));
  const logs = commands.filter((command) => / logs /.test(command));
  expect(logs.length).toBeGreaterThan(0);
  expect(logs.filter((command) => command.includes("deploy/"))).toEqual([]);
  // By a selector kubectl shows ten lines of each pod.
  expect(logs.filter((command) => command.includes(" -l ") && !command.includes("--tail="))).toEqual([]);
});

it("README.md and its translation name the kinds that the matrix has for each cloud", async () => {
  const rows = renderCapabilities()
    .split("\n")
    .filter((line) => line.startsWith("|"));
  const [header = "", , ...clouds] = rows.slice(
    0,
    rows.findIndex((row) => row.startsWith("| kind ")),
  );
  const columns = header.split("|").map((cell) => cell.trim().split(" ")[0] ?? "");
  for (const file of ["README.md", "README.zh-CN.md"]) {
    const lines = (await readFile(path.join(ROOT, file), "utf8")).split("\n");
    for (const cloud of clouds) {
      const [, provider = "", ...cells] = cloud.split("|").map((cell) => cell.trim());
      const offered = columns.slice(2).filter((kind, index) => kind !== "" && cells[index] === "yes");
      const row = lines.find((line) => line.startsWith("|") && line.includes(provider)) ?? "";
      const told = [...row.split("|")[2]!.matchAll(/`(\w+)`/g)].map(([, kind = ""]) => kind);
      expect([file, provider, told.toSorted()]).toEqual([
        file,
        provider,
        [...new Set(["CloudAccount", ...offered, ...told.filter((kind) => kind === "ManifestSet")])].toSorted(),
      ]);
    }
  }
});
