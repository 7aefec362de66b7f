// The control plane as a library: a real one with real kubectl, and what happens when it cannot start.
import assert from "node:assert/strict";
import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { findKubectl } from "./binaries.ts";
import { createKubectl, type Kubectl } from "./kubectl.ts";

const silent = (): void => undefined;
let controlPlane: ControlPlane;
/** For the audit log and a TMPDIR that other control planes of this machine do not use. */
let scratch: string;
let auditLogPath: string;
let temporary: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "yunfan-test-"));
  auditLogPath = path.join(scratch, "audit.log");
  temporary = await mkdtemp(path.join(scratch, "tmp-"));
  controlPlane = await startControlPlane({ log: silent, auditLogPath });
  vi.stubEnv("TMPDIR", temporary);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await controlPlane.stop();
  await rm(scratch, { recursive: true, force: true });
});

async function kubectlAs(kubeconfigPath: string): Promise<Kubectl> {
  const cacheDirectory = path.join(controlPlane.directory, "kubectl-cache");
  return createKubectl({ binary: await findKubectl(), kubeconfigPath, cacheDirectory });
}

test("kubectl applies from standard input as administrator", async () => {
  const input = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-stdin, namespace: default}\n";
  const applied = await controlPlane.kubectl(["apply", "-f", "-"], { input });
  expect(applied).toEqual({ code: 0, stdout: "configmap/from-stdin created\n", stderr: "" });
  const missing = await controlPlane.kubectl(["get", "configmap", "nobody"]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("NotFound") });
});

test("A kubectl that does not end is killed at its time-out", async () => {
  const { code } = await controlPlane.kubectl(["get", "configmaps", "--watch"], { timeoutMs: 300 });
  expect(code).toBe(137);
});

test("RBAC is on: a ServiceAccount may do what it was given and nothing else", async () => {
  await controlPlane.kubectl(["create", "serviceaccount", "reader"]);
  const kubeconfig = await controlPlane.serviceAccountKubeconfig({ namespace: "default", name: "reader" });
  const kubectl = await kubectlAs(kubeconfig);
  const who = await kubectl(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]);
  expect(who.stdout).toBe("system:serviceaccount:default:reader");
  expect((await kubectl(["get", "configmaps"])).stderr).toContain("Forbidden");
  await controlPlane.kubectl(["create", "role", "read", "--verb=list", "--resource=configmaps"]);
  await controlPlane.kubectl(["create", "rolebinding", "read", "--role=read", "--serviceaccount=default:reader"]);
  await expect.poll(async () => (await kubectl(["get", "configmaps"])).code).toBe(0);
});

test("A ServiceAccount that does not exist gets no kubeconfig", async () => {
  await expect(controlPlane.serviceAccountKubeconfig({ namespace: "default", name: "nobody" })).rejects.toThrow(
    'no token for ServiceAccount default/nobody: error: failed to create token: serviceaccounts "nobody" not found',
  );
});

test("A killed kube-apiserver stays down until it is restarted, on the same port and with its data", async () => {
  const { server, pids } = controlPlane;
  await controlPlane.killApiServer();
  expect((await controlPlane.kubectl(["get", "namespaces"])).stderr).toContain("was refused");
  await controlPlane.restartApiServer();
  const after = await controlPlane.kubectl(["get", "namespaces", "default", "-o", "name"]);
  expect(after.stdout).toBe("namespace/default\n");
  expect(controlPlane.server).toBe(server);
  expect(controlPlane.pids.kubeApiserver).not.toBe(pids.kubeApiserver);
});

test("The audit log holds what was asked for", async () => {
  const log = await readFile(auditLogPath, "utf8");
  expect(log).toContain('"requestURI":"/api/v1/namespaces/default/serviceaccounts/reader/token"');
});

test("A flag that kube-apiserver refuses rejects the start with the words of its log and leaves nothing", async () => {
  const lines: string[] = [];
  const start = startControlPlane({ log: (line) => lines.push(line), apiServerFlags: ["--no-such-flag"] });
  await expect(start).rejects.toThrow(/^kube-apiserver ended with code 1; .*\n[^]*unknown flag: --no-such-flag/);
  expect(lines).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test("A port that somebody else has taken in the meantime is given up for others, and not for ever", async () => {
  const lines: string[] = [];
  const apiServerFlags = [`--secure-port=${new URL(controlPlane.server).port}`];
  const start = startControlPlane({ log: (line) => lines.push(line), apiServerFlags });
  await expect(start).rejects.toThrow("address already in use");
  expect(lines).toHaveLength(2);
  expect(await readdir(temporary)).toEqual([]);
});

test("An abort ends the start and removes the data", async () => {
  const abort = new AbortController();
  const start = startControlPlane({ log: silent, signal: abort.signal });
  const launched = vi.waitFor(async () => assert.notDeepEqual(await readdir(temporary), []));
  void launched.then(() => abort.abort(new Error("enough")));
  await expect(start).rejects.toThrow("enough");
  expect(await readdir(temporary)).toEqual([]);
});

test("A kube-apiserver that dies ends the control plane, and `stop` removes the data however often it is called", async () => {
  const { directory, ended, pids } = controlPlane;
  process.kill(pids.kubeApiserver, "SIGKILL");
  expect((await ended)?.message).toMatch(/^kube-apiserver ended with SIGKILL; the end of its log:\n./);
  await controlPlane.stop();
  await controlPlane.stop();
  await expect(access(directory)).rejects.toThrow("ENOENT");
});
