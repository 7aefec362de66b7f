// The overview of a cluster (1.14): pods, claims, servers and load balancers. Without an API server behind there are no pods and
// no claims to show.
import type { Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import { podOnWire, podState } from "./pods.ts";
import type { Operations, Request } from "./request.ts";
import type { Cluster, Ecns, EcnsView } from "./state.ts";
import { claimOnWire, usersOf } from "./claims.ts";
import { ok } from "./wire.ts";

const STATES = ["Active", "Shutoff", "Error", "Other"] as const;

/** The reference's words for what the cloud's services call their states. */
const STATE_OF: Readonly<Record<string, (typeof STATES)[number]>> = {
  Active: "Active",
  Shutoff: "Shutoff",
  Error: "Error",
};

export function overviewOperations(ecns: Ecns): Operations {
  const { clusters } = ecns;
  const within = (request: Request, cluster: Cluster): Objects | undefined =>
    clusters.api && request.objectsAt({ cluster: cluster.name, namespace: "default" });
  return {
    21: async (request) => {
      const objects = within(request, request.cluster("apiserver_host"));
      const pods = (await objects?.listAll("Pod")) ?? [];
      const group = (fits: (state: string) => boolean) => {
        const some = pods.filter((pod) => fits(podState(pod)));
        return [{ count: some.length, pods: some.map((pod) => podOnWire(pod, ecns)) }];
      };
      return ok({
        running: group((state) => state === "Running"),
        failed: group((state) => FAILED.has(state)),
        other: group((state) => state !== "Running" && !FAILED.has(state)),
      });
    },
    22: async (request) => {
      const cluster = request.cluster("apiserver_host");
      const objects = within(request, cluster);
      const [claims, users] = await Promise.all([objects?.listAll("PersistentVolumeClaim") ?? [], usersOf(objects)]);
      const group = (wanted: string) => {
        const some = claims.filter((claim) => claimGroup(claim, users(claim).length > 0) === wanted);
        return {
          count: some.length,
          pvcs: some.map((claim) => claimOnWire(claim, { cluster, users: users(claim), ecns })),
        };
      };
      const groups = { available: group("available"), mounted: group("mounted") };
      return ok({ ...groups, creating: group("creating"), error: group("error") });
    },
    23: (request) => {
      const cluster = request.cluster("apiserver_host").name;
      return ok({
        servers: counted(request.view, "servers", cluster),
        loadbalances: counted(request.view, "loadbalancers", cluster),
      });
    },
  };
}

const FAILED = new Set(["Failed", "Error", "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull"]);

function claimGroup({ status }: Typed<"PersistentVolumeClaim">, isUsed: boolean): string {
  if (status?.phase === "Lost") return "error";
  if (status?.phase !== "Bound") return "creating";
  return isUsed ? "mounted" : "available";
}

function counted(view: EcnsView, collection: "servers" | "loadbalancers", cluster: string): object[] {
  const all = view.list(collection).filter((one) => one.cluster === cluster);
  return STATES.map((status) => {
    const names = all.filter(({ state }) => (STATE_OF[state] ?? "Other") === status).map(({ name }) => name);
    return { type: collection === "servers" ? "server" : "loadbalance", status, count: names.length, names };
  });
}
