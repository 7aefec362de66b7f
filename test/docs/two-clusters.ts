// What docs/how-to/move-to-another-cluster.md presupposes: a second cluster with Yunfan in it, and a kubeconfig with both.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { kubectlOk, startControlPlane, type ControlPlane } from "../support/apiserver/controlplane.ts";
import { spawnOperator } from "../support/operator/operator.ts";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: object }];
  readonly users: readonly [{ readonly user: object }];
}

export interface TwoClusters extends AsyncDisposable {
  /** With the contexts `old` and `new`; `old` is the current one. */
  readonly kubeconfig: string;
}

/** `old` is the kubeconfig of a cluster that runs; the other one is started here and ends with what is returned. */
export async function twoClusters(old: string): Promise<TwoClusters> {
  const plane = await startControlPlane();
  const operator = await startYunfan(plane);
  const kubeconfig = path.join(plane.directory, "both.kubeconfig");
  await writeFile(kubeconfig, stringify(withContexts({ old: await read(old), new: await read(plane.kubeconfigPath) })));
  return {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      await operator[Symbol.asyncDispose]();
      await plane.stop();
    },
  };
}

async function startYunfan(plane: ControlPlane): Promise<AsyncDisposable> {
  await kubectlOk(plane.kubectl, ["apply", "--server-side", "-f", "manifests/crds", "-f", "manifests/rbac.yaml"]);
  await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=30s", "-f", "manifests/crds"]);
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
  const operator = spawnOperator({ kubeconfig, identity: "new" });
  await operator.ready;
  return operator;
}

async function read(file: string): Promise<Kubeconfig> {
  return parse(await readFile(file, "utf8")) as Kubeconfig;
}

function withContexts(files: { readonly old: Kubeconfig; readonly new: Kubeconfig }): object {
  const named = Object.entries(files);
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: named.map(([name, { clusters }]) => ({ name, cluster: clusters[0].cluster })),
    users: named.map(([name, { users }]) => ({ name, user: users[0].user })),
    contexts: named.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    "current-context": "old",
  };
}
