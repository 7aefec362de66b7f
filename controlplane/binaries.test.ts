// The search for binaries and the build around Go. A shell script stands in for Go: its minutes prove nothing here.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { candidates, findBinaries, type FindOptions } from "./binaries.ts";
import { cacheFolderOf, controlPlaneOf, directoryOf, loadModule, type ModuleName } from "./modules.ts";
import { RECIPES } from "./recipes.ts";

const GO_THAT_WORKS = `
[ "$1" = version ] && exit 0
echo "$@" >> "$HOME/calls"
echo "go: downloading example v1" >&2
sleep 0.3
while [ "$1" != -o ]; do shift; done
touch "$2"; chmod +x "$2"
`;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "yunfan-binaries-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function executable(...segments: string[]): Promise<string> {
  const file = path.join(home, ...segments);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, "#!/bin/sh\n");
  await chmod(file, 0o755);
  return file;
}

/** Options whose PATH holds `script` as `go` and the tools a script needs. */
async function withGo(script: string): Promise<FindOptions & { progressStream: PassThrough }> {
  const go = await executable("bin", "go");
  await writeFile(go, `#!/bin/sh\n${script}`);
  return { env: { HOME: home, PATH: `${path.dirname(go)}:/usr/bin:/bin` }, progressStream: new PassThrough() };
}

/** Alone, or in a block. */
function toolLine(name: string): RegExp {
  return new RegExp(`^(?:tool |\\t)${name.replaceAll(".", "\\.")}$`, "m");
}

describe("the search", () => {
  test("looks into KUBEBUILDER_ASSETS before the cache", () => {
    expect(candidates("etcd", { KUBEBUILDER_ASSETS: "/assets" }, "/cache")).toEqual(["/assets/etcd", "/cache/etcd"]);
    expect(candidates("etcd", { KUBEBUILDER_ASSETS: "" }, "/cache")).toEqual(["/cache/etcd"]);
  });

  test("keeps the cache in the home directory unless YUNFAN_CACHE names another place", () => {
    const { key } = controlPlaneOf("require (\n\tk8s.io/kubernetes v1.2.3\n\tgo.etcd.io/etcd/server/v3 v4.5.6\n)");
    const folder = `kubernetes-v1.2.3_etcd-v4.5.6_${process.platform}-${process.arch}`;
    expect(cacheFolderOf({ key }, { HOME: "/home/x" })).toBe(`/home/x/.cache/yunfan/${folder}`);
    expect(cacheFolderOf({ key }, { HOME: "/home/x", YUNFAN_CACHE: "/y" })).toBe(`/y/${folder}`);
  });

  test("takes each program from the first place that has it", async () => {
    const env = { HOME: home, KUBEBUILDER_ASSETS: path.join(home, "assets"), PATH: "/nowhere" };
    const cache = path.relative(home, cacheFolderOf(await loadModule("controlplane"), env));
    const etcd = await executable("assets", "etcd");
    await executable(cache, "etcd");
    const apiServer = await executable(cache, "kube-apiserver");
    expect(await findBinaries(["etcd", "kube-apiserver"], { env })).toEqual({ etcd, "kube-apiserver": apiServer });
  });

  test("passes over a file that cannot be executed", async () => {
    const env = { HOME: home, KUBEBUILDER_ASSETS: home, PATH: "/nowhere" };
    await writeFile(path.join(home, "etcd"), "");
    await expect(findBinaries(["etcd"], { env })).rejects.toThrow("no Go to build with");
  });
});

describe("go.mod", () => {
  test("pins the versions and lists each package as a tool", async () => {
    const goModOf = (module: ModuleName): Promise<string> => readFile(path.join(directoryOf(module), "go.mod"), "utf8");
    for (const recipe of RECIPES) expect(await goModOf(recipe.module)).toMatch(toolLine(recipe.package));
    const goMod = await goModOf("controlplane");
    const kubernetes = /^\tk8s\.io\/kubernetes (v\S+)/m.exec(goMod)?.[1] ?? "";
    const staging = [...goMod.matchAll(/^\tk8s\.io\/\S+ => k8s\.io\/\S+ (\S+)$/gm)].map((match) => match[1]);
    expect(staging.length).toBeGreaterThan(30);
    expect(new Set(staging)).toEqual(new Set([kubernetes.replace("v1.", "v0.")]));
  });

  test("without a pinned version is refused", () => {
    expect(() => controlPlaneOf("require k8s.io/other v1.0.0")).toThrow("does not require k8s.io/kubernetes");
  });
});

describe("the build", () => {
  test("without Go names what is missing and the three ways to get it", async () => {
    const env = { HOME: home, PATH: "/nowhere" };
    const error = await findBinaries(["etcd", "kube-apiserver"], { env }).catch((thrown: unknown) => thrown);
    const { message } = error as Error;
    expect(message).toContain("kube-apiserver and etcd");
    expect(message).toContain("1. set KUBEBUILDER_ASSETS");
    expect(message).toContain("2. install Go 1.26");
    expect(message).toContain(`3. copy ${cacheFolderOf(await loadModule("controlplane"), env)}`);
  });

  test("fills the cache with what is missing, announces it and shows each step", async () => {
    const options = await withGo(GO_THAT_WORKS);
    const { etcd } = await findBinaries(["etcd", "kube-apiserver"], options);
    options.progressStream.end();
    const shown = await text(options.progressStream);
    expect(shown).toMatch(
      /^Building kube-apiserver and etcd \(Kubernetes v.+, etcd v.+\) from Go modules, this once:$/m,
    );
    expect(shown).toContain("usually in 3 min 27 s on two cores");
    expect(shown).toContain("[1/2] kube-apiserver: 0 s (usually 3 min 20 s), 0 modules fetched");
    expect(shown).toMatch(/^\[2\/2\] etcd: built in \d+ s$/m);
    expect(await readdir(path.dirname(etcd))).toEqual(["etcd", "kube-apiserver"]);
  });

  test("happens once when two start at the same time", async () => {
    const options = await withGo(GO_THAT_WORKS);
    const [first, second] = await Promise.all([findBinaries(["etcd"], options), findBinaries(["etcd"], options)]);
    expect(second).toEqual(first);
    const calls = await readFile(path.join(home, "calls"), "utf8");
    expect(calls.trim().split("\n")).toHaveLength(1);
  });

  test("stamps the version, and a person's settings for other platforms do not leak in", async () => {
    const options = await withGo(`${GO_THAT_WORKS} env > "$HOME/env"`);
    await findBinaries(["kubectl"], { ...options, env: { ...options.env, GOOS: "plan9", GOFLAGS: "-mod=mod" } });
    const { stamps } = await loadModule("controlplane");
    const version = stamps["k8s.io/component-base/version.gitVersion"];
    expect(version).toMatch(/^v1\./);
    expect(await readFile(path.join(home, "calls"), "utf8")).toContain(`version.gitVersion=${version}`);
    const seen = await readFile(path.join(home, "env"), "utf8");
    expect(seen).not.toContain("GOOS");
    expect(seen).toContain("GOFLAGS=-mod=readonly");
  });

  test("that fails says what Go said and leaves neither half a file nor a lock", async () => {
    const options = await withGo(`[ "$1" = version ] && exit 0; echo "cannot find module" >&2; exit 2`);
    await expect(findBinaries(["etcd"], options)).rejects.toThrow(
      /etcd: go build ended with code 2.*\ncannot find module/,
    );
    expect(await readdir(cacheFolderOf(await loadModule("controlplane"), { HOME: home }))).toEqual([]);
  });

  test("ends with Go and without a lock when it is aborted", async () => {
    const options = await withGo(`[ "$1" = version ] && exit 0; echo started >&2; exec sleep 60`);
    const abort = new AbortController();
    const search = findBinaries(["etcd"], { ...options, signal: abort.signal });
    options.progressStream.once("data", () => abort.abort(new Error("stop")));
    await expect(search).rejects.toThrow("stop");
    expect(await readdir(cacheFolderOf(await loadModule("controlplane"), { HOME: home }))).toEqual([]);
  });
});
