// What the Dockerfile puts into the image, started as a pod would: in a root of its own where nothing can be written, as user 65532,
// with the environment and the ServiceAccount's files of a pod and nothing else. There is no container engine here.
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { VERSION } from "../../src/lib/version.ts";
import { imageCommand, nodeFlagsOf } from "../support/chart/dockerfile.ts";
import { type RunningCommand, spawnYunfan } from "../support/operator/command.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const USER = 65532;
/** The flag that makes a share of the container's memory limit of it. */
const SHARE = "--max-old-space-size-percentage=60";
const MIB = 1024 * 1024;
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const run = promisify(execFile);
const image = await imageCommand();
/** chroot asks for it. */
const isRoot = process.getuid?.() === 0;

let plane: ControlPlane;
let rootfs: string;

beforeAll(async () => {
  [plane] = await Promise.all([startControlPlane(), run("npm", ["run", "build"], { cwd: ROOT })]);
  rootfs = path.join(await mkdtemp(path.join(plane.directory, "image-")), "rootfs");
  await run(path.join(ROOT, "image/rootfs.sh"), [process.execPath, path.join(ROOT, "dist"), rootfs]);
  const manifests = path.join(ROOT, "manifests");
  await kubectlOk(plane.kubectl, ["apply", "--server-side", "-f", `${manifests}/crds`, "-f", `${manifests}/rbac.yaml`]);
}, 300_000);
afterAll(() => plane?.stop());

it("Has the version of Node.js that the tests run on, and the user that the chart demands", async () => {
  const dockerfile = await readFile(path.join(ROOT, "Dockerfile"), "utf8");
  expect(dockerfile).toContain(`FROM node:${process.version.slice(1)}-`);
  const values = parse(await readFile(path.join(ROOT, "charts/yunfan/values.yaml"), "utf8")) as Values;
  const { runAsUser, runAsGroup } = values.podSecurityContext;
  expect(dockerfile).toContain(`USER ${runAsUser}:${runAsGroup}\n`);
});

it.runIf(isRoot)("Knows its version without anything else in its root", async () => {
  const command = start(["--version"]);
  expect(await command.ended).toEqual({ code: 0, signal: null });
  expect(command.stdout).toEqual([VERSION]);
});

it.runIf(isRoot)("Becomes ready as in a pod, and writes nothing", { timeout: 60_000 }, async () => {
  await mountServiceAccount();
  const before = await listing();
  const { hostname: host, port } = new URL(plane.server);
  const env = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, HOSTNAME: "yunfan-0" };
  await using command = start(["run", "--health-probe-bind-address", "127.0.0.1:0"], env);
  const { event, healthPort } = await command.ready;
  expect(event).toBe("ready");
  expect((await fetch(`http://127.0.0.1:${String(healthPort)}/healthz`)).status).toBe(200);
  const { stdout } = await run("ps", ["-o", "uid=,gid=", "-p", String(command.pid)]);
  expect(stdout.trim().split(/\s+/)).toEqual([String(USER), String(USER)]);
  command.kill("SIGTERM");
  expect(await command.ended).toEqual({ code: 0, signal: null });
  expect(await listing()).toBe(before);
});

it("Loads for the operator no simulator, no models of the Kubernetes API, and no language of zod's but English", async () => {
  const loaded = await filesLoadedBy("run");
  expect(holding("/_simulator", await filesLoadedBy("simulate"))).not.toEqual([]);
  expect(holding("/_simulator", loaded)).toEqual([]);
  expect(holding("V1PodSpec", loaded)).toEqual([]);
  // By words of its French: `import { z } from "zod"` anywhere brings all of them.
  expect(holding("invalide : instance de", loaded)).toEqual([]);
});

it("Is in ASCII, which V8 keeps in half the memory", async () => {
  const files = await bundle();
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter(({ text }) => /[^\0-\u007F]/.test(text))).toEqual([]);
});

describe.runIf(isRoot)("Of the container's memory limit", () => {
  const otherFlags = nodeFlagsOf(image).filter((flag) => flag !== SHARE);

  it("gives V8's old space the share that the image says", async () => {
    await limitMemory("268435456");
    expect(await heapLimit(nodeFlagsOf(image))).toBe(await heapLimit([...otherFlags, "--max-old-space-size=153"]));
    await limitMemory("1073741824");
    expect(await heapLimit(nodeFlagsOf(image))).toBe(await heapLimit([...otherFlags, "--max-old-space-size=614"]));
  });

  it("takes the machine's memory for the limit where there is none", async () => {
    await limitMemory("max");
    const share = Math.floor((totalmem() * 0.6) / MIB);
    expect(await heapLimit(nodeFlagsOf(image))).toBe(await heapLimit([...otherFlags, `--max-old-space-size=${share}`]));
  });
});

it("Runs from the sources by the same flags, but for the share of a limit", async () => {
  const { scripts } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8")) as Manifest;
  const flags = nodeFlagsOf(image).filter((flag) => flag !== SHARE);
  expect(scripts.yunfan).toBe(`exec node ${flags.join(" ")} src/main.ts`);
});

interface Manifest {
  readonly scripts: { readonly yunfan: string };
}

interface Values {
  readonly podSecurityContext: { readonly runAsUser: number; readonly runAsGroup: number };
}

/** All of it belongs to root, and nobody else may write. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const chroot = ["chroot", `--userspec=${USER}:${USER}`, "--groups=", rootfs] as const;
  const program: [string, ...string[]] = [...chroot, ...image.entrypoint];
  return spawnYunfan(args, { program, env: { PATH: process.env["PATH"], ...image.env, ...env } });
}

interface BundleFile {
  readonly name: string;
  readonly text: string;
}

async function bundle(): Promise<BundleFile[]> {
  const dist = path.join(ROOT, "dist");
  const names = (await readdir(dist)).filter((name) => name.endsWith(".mjs"));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(dist, name), "utf8") })));
}

/** Those of the subcommand and what they import at once, by name. */
async function filesLoadedBy(subcommand: string): Promise<BundleFile[]> {
  const files = await bundle();
  const loaded = new Set(files.filter(({ name }) => name === "yunfan.mjs" || name.startsWith(`yunfan-${subcommand}-`)));
  for (const { text } of loaded) {
    const imports = new Set([...text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)].map(([, name]) => name));
    for (const file of files) if (imports.has(file.name)) loaded.add(file);
  }
  return [...loaded];
}

function holding(what: string, files: readonly BundleFile[]): string[] {
  return files.filter(({ text }) => text.includes(what)).map(({ name }) => name);
}

/** What the kernel would show of a container of cgroup 2. */
async function limitMemory(max: string): Promise<void> {
  const files = { "proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": max, "sys/fs/cgroup/memory.high": "max" };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(rootfs, name)), { recursive: true });
    await writeFile(path.join(rootfs, name), `${content}\n`);
  }
}

/** In bytes, of the image's Node.js started by these flags. */
async function heapLimit(flags: readonly string[]): Promise<number> {
  const script = "v8.getHeapStatistics().heap_size_limit";
  const { stdout } = await run("chroot", [rootfs, image.entrypoint[0], ...flags, "--print", script]);
  return Number(stdout);
}

async function mountServiceAccount(): Promise<void> {
  const folder = `${rootfs}${ACCOUNT}`;
  await mkdir(folder, { recursive: true });
  const token = await kubectlOk(plane.kubectl, ["create", "token", "yunfan", "-n", "yunfan-system"]);
  for (const [name, content] of Object.entries({ token, "ca.crt": plane.caPem, namespace: "yunfan-system" })) {
    await writeFile(path.join(folder, name), content.trim());
    await chown(path.join(folder, name), 0, USER);
    await chmod(path.join(folder, name), 0o640);
  }
}

async function listing(): Promise<string> {
  return (await run("find", [rootfs, "-printf", "%p %s %T@\n"])).stdout;
}
