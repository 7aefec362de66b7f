// What the Dockerfile puts into the image, started as a pod would: in a root of its own where nothing can be written, as user 65532,
// with the environment and the ServiceAccount's files of a pod and nothing else. There is no container engine here.
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { VERSION } from "../../src/lib/version.ts";
import { type RunningCommand, spawnYunfan } from "../support/operator/command.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const USER = 65532;
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const run = promisify(execFile);
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

interface Values {
  readonly podSecurityContext: { readonly runAsUser: number; readonly runAsGroup: number };
}

/** All of it belongs to root, and nobody else may write. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const chroot = ["chroot", `--userspec=${USER}:${USER}`, "--groups=", rootfs] as const;
  const program = [...chroot, "/usr/local/bin/node", "/yunfan/yunfan.mjs"] as const;
  return spawnYunfan(args, { program, env: { PATH: process.env["PATH"], NODE_ENV: "production", HOME: "/", ...env } });
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
