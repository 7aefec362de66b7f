import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadKubeConfig } from "./kubeconfig.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "yunfan-kubeconfig-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function put(name: string, content: string): Promise<string> {
  const file = path.join(directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const kubeconfig = (name: string, user = "token: secret"): string => `
apiVersion: v1
kind: Config
clusters: [{name: ${name}, cluster: {server: "http://127.0.0.1:1", certificate-authority: ca.crt}}]
users: [{name: shared, user: {${user}}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: shared}}]
current-context: ${name}
`;

describe("loadKubeConfig", () => {
  it("loads the named file only, with paths relative to it", async () => {
    const file = await put("named", kubeconfig("a"));
    const env = { KUBECONFIG: path.join(directory, "absent"), HOME: directory };
    const loaded = loadKubeConfig({ path: file, env });
    expect(loaded.getCurrentCluster()).toMatchObject({ name: "a", caFile: path.join(directory, "ca.crt") });
    expect(loaded.getCurrentUser()).toMatchObject({ token: "secret" });
  });

  it("merges the files of $KUBECONFIG that exist; what comes first wins", async () => {
    const first = await put("first", kubeconfig("a"));
    const second = await put("second", kubeconfig("b", "token: other"));
    const KUBECONFIG = [path.join(directory, "absent"), first, second].join(path.delimiter);
    const loaded = loadKubeConfig({ env: { KUBECONFIG } });
    expect(loaded.getCurrentContext()).toBe("a");
    expect(loaded.getClusters().map(({ name }) => name)).toEqual(["a", "b"]);
    expect(loaded.getCurrentUser()).toMatchObject({ token: "secret" });
  });

  it("loads ~/.kube/config", async () => {
    await put(".kube/config", kubeconfig("home"));
    expect(loadKubeConfig({ env: { HOME: directory } }).getCurrentContext()).toBe("home");
  });

  it("loads the ServiceAccount of a pod where there is no kubeconfig", async () => {
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", "443");
    const token = await put("var/run/secrets/kubernetes.io/serviceaccount/token", "t");
    const loaded = loadKubeConfig({ env: { ...process.env, KUBECONFIG: "", HOME: directory }, root: directory });
    expect(loaded.getCurrentCluster()).toMatchObject({ server: "https://10.0.0.1:443" });
    expect(loaded.getCurrentUser()?.authProvider).toMatchObject({ config: { tokenFile: token } });
  });

  it("keeps a user's tokenFile, which client-node drops", async () => {
    const file = await put("named", kubeconfig("a", "tokenFile: run/token"));
    expect(loadKubeConfig({ path: file }).getCurrentUser()?.authProvider).toEqual({
      name: "tokenFile",
      config: { tokenFile: path.join(directory, "run/token") },
    });
  });

  it("names everything it looked for when there is nothing", () => {
    const env = { HOME: directory };
    expect(() => loadKubeConfig({ env, root: directory })).toThrow(
      new RegExp(`${directory}/.kube/config .from \\$HOME. not found.*KUBERNETES_SERVICE_HOST.*serviceaccount/token`),
    );
    const KUBECONFIG = `${directory}/x:${directory}/y`;
    expect(() => loadKubeConfig({ env: { KUBECONFIG }, root: directory })).toThrow(
      `${directory}/x and ${directory}/y (from $KUBECONFIG) not found`,
    );
  });

  it.each([
    ["is absent", undefined, "ENOENT"],
    ["is no YAML", "a: [", "a"],
    ["is empty", "", "not a kubeconfig"],
    ["has a cluster without server", "clusters: [{name: a, cluster: {}}]", "server is missing"],
    ["has no current context", "clusters: []", "there is no current-context"],
    ["has a server without a scheme", kubeconfig("a").replace("http://", ""), 'server "127.0.0.1:1" is no URL'],
    ["has a dangling current context", "current-context: gone", '"gone" or its cluster is not defined'],
  ])("names the file that %s", async (_, content, message) => {
    const file = content === undefined ? path.join(directory, "absent") : await put("broken", content);
    const load = (): unknown => loadKubeConfig({ path: file });
    expect(load).toThrow(`kubeconfig ${file}: `);
    expect(load).toThrow(message);
  });
});
