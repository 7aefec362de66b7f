// RegistryProjects on the real API server, for the parts of a reconcile that read and write them. The code under test goes
// through the fault proxy, which counts and disturbs; what others do meanwhile goes straight.
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import { isNotFound } from "../../../src/kube/errors.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import { sharedControlPlane, uniqueNamespace } from "./controlplane.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "./fault-proxy.ts";
import { registryProjectManifest } from "../environment/resources.ts";
import { kubeConfigOf, transportOf } from "./transports.ts";

/** For whom no abort matters. */
export const unaborted: AbortSignal = new AbortController().signal;

export const PROJECTS = registryProject.type;

/** What an author writes; `annotations` and `finalizers` besides. */
type Authored = Parameters<typeof registryProjectManifest>[0] & {
  metadata?: { annotations?: Record<string, string>; finalizers?: readonly string[] };
};

export interface Live extends AsyncDisposable {
  readonly namespace: string;
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly client: KubeClient;
  /** Straight: somebody else's hands. */
  readonly others: KubeClient;
  /** As kubectl apply makes it, under a name of its own. */
  create(authored?: Authored): Promise<RegistryProject>;
  /** As it is now; undefined where it is gone. */
  find(object: RegistryProject): Promise<RegistryProject | undefined>;
  /** As it is now; throws where it is gone. */
  read(object: RegistryProject): Promise<RegistryProject>;
  /** Somebody else changes it. */
  change(object: RegistryProject, patch: object, subresource?: "status"): Promise<RegistryProject>;
  /** The requests through the proxy during `work`, as "METHOD name" or "METHOD name/status". */
  requestsOf(work: () => Promise<unknown>): Promise<string[]>;
}

export async function goLive(prefix: string): Promise<Live> {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const namespace = await uniqueNamespace(kubectl, prefix);
  const proxy = await startFaultProxy(await faultProxyOptionsOf(kubeconfigPath));
  const disturbed = transportOf(kubeConfigOf({ server: proxy.url }));
  const straight = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  const client = new HttpKubeClient(disturbed);
  const others = new HttpKubeClient(straight);
  let count = 0;
  const read = ({ metadata }: RegistryProject): Promise<RegistryProject> => others.get(PROJECTS, metadata);
  return {
    namespace,
    proxy,
    client,
    others,
    read,
    create(authored = {}) {
      const metadata = { name: `shop-${++count}`, namespace, ...authored.metadata };
      const { spec } = registryProjectManifest(authored);
      return others.create(PROJECTS, { metadata, spec } as Parameters<typeof others.create<RegistryProject>>[1]);
    },
    find(object) {
      return read(object).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
        return undefined;
      });
    },
    change(object, patch, subresource) {
      return others.mergePatch(PROJECTS, object.metadata, patch, { subresource });
    },
    async requestsOf(work) {
      const before = proxy.requests.length;
      await work();
      return proxy.requests.slice(before).map(({ method, path }) => {
        return `${method} ${new URL(path, proxy.url).pathname.split("/registryprojects/")[1] ?? path}`;
      });
    },
    async [Symbol.asyncDispose]() {
      await disturbed[Symbol.asyncDispose]();
      await straight[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
