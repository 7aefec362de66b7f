// Fetching CRDs out of Go modules. A shell script stands in for Go where it has to misbehave; what it fetches is seen elsewhere.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SOURCES, thirdPartyCrds } from "./third-party-crds.ts";

const CRD = "kind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n---\nkind: Deployment\n";
const [{ sum, crds }] = SOURCES["argo-cd"];

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "yunfan-crds-"));
  await mkdir(path.join(home, "module", crds), { recursive: true });
  await writeFile(path.join(home, "module", crds, "crd.yaml"), CRD);
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** An environment whose PATH holds `script` as `go`; without one there is no Go. */
async function environment(script?: string): Promise<NodeJS.ProcessEnv> {
  const go = path.join(home, "bin", "go");
  if (script === undefined) return { HOME: home, PATH: "/nowhere" };
  await mkdir(path.dirname(go), { recursive: true });
  await writeFile(go, `#!/bin/sh\n[ "$1" = version ] && exit 0\necho "$@" >> "$HOME/calls"\n${script}`);
  await chmod(go, 0o755);
  return { HOME: home, PATH: `${path.dirname(go)}:/usr/bin:/bin` };
}

/** What Go prints about a module that it has fetched. */
function answers(hash: string): string {
  return `sleep 0.3\necho '{"Dir": "'$HOME'/module", "Sum": "${hash}"}'`;
}

async function cached(): Promise<string[]> {
  return readdir(path.join(home, ".cache", "yunfan"));
}

describe("The CRDs of another project", () => {
  test("are fetched once, also when two ask at the same time, without what lies beside them", async () => {
    const env = await environment(answers(sum));
    const [first, second] = await Promise.all([thirdPartyCrds("argo-cd", env), thirdPartyCrds("argo-cd", env)]);
    expect(first.map((file) => path.basename(file))).toEqual(["things.example.com.yaml"]);
    expect(second).toEqual(first);
    expect((await readFile(path.join(home, "calls"), "utf8")).trim().split("\n")).toHaveLength(1);
    expect(await cached()).toHaveLength(1);
  });

  test("are refused when the module is not the pinned one, and nothing stays in the cache", async () => {
    const env = await environment(answers("h1:other"));
    await expect(thirdPartyCrds("argo-cd", env)).rejects.toThrow(`has the hash h1:other, pinned is ${sum}`);
    expect(await cached()).toEqual([]);
  });

  test("that cannot be fetched are answered with Go's reason", async () => {
    const env = await environment(`echo '{\n\t"Error": "no such version"\n}'; exit 1`);
    await expect(thirdPartyCrds("argo-cd", env)).rejects.toThrow(/go mod download \S+argo-cd\S+: no such version/);
  });

  test("without Go are answered with what to do", async () => {
    const env = await environment();
    await expect(thirdPartyCrds("flux", env)).rejects.toThrow(/CRDs of flux.*\n.*install Go 1\.26.*\n.*copy \//);
  });
});
