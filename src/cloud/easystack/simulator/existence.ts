// Whether a name is in use (1.13): in the current place, for namespaces in the cluster that the query names, for workspaces in the
// whole installation.
import { Refusal } from "../../simulation/refusal.ts";
import { applicationsIn } from "./application-state.ts";
import type { Kind } from "./kube/manifest.ts";
import type { Operations, Request } from "./request.ts";
import { machinesIn } from "./servers.ts";
import type { Ecns } from "./state.ts";
import { ok, part, query } from "./wire.ts";

/** The reference's words and Kubernetes' own. */
const KINDS: Readonly<Record<string, Kind>> = {
  Deployment: "Deployment",
  StatefulSet: "StatefulSet",
  DaemonSet: "DaemonSet",
  Job: "Job",
  Cronjob: "CronJob",
  PVC: "PersistentVolumeClaim",
  Configmap: "ConfigMap",
  Secret: "Secret",
  Service: "Service",
  Ingress: "Ingress",
};

export function existenceOperations(ecns: Ecns): Operations {
  return {
    7: (request) => {
      const [type, name] = [part(request.call, "type"), part(request.call, "name")];
      const kind = anyCase(KINDS, type);
      if (kind !== undefined) return inCluster(request, kind, name);
      const check = anyCase(CHECKS, type);
      if (check === undefined) {
        throw new Refusal(400, `must be one of ${[...Object.keys(KINDS), ...Object.keys(CHECKS)].join(", ")}`, "type");
      }
      return ok({ existence: check(request, name, ecns) });
    },
  };
}

function anyCase<T>(table: Readonly<Record<string, T>>, type: string): T | undefined {
  return Object.entries(table).find(([name]) => name.toLowerCase() === type.toLowerCase())?.[1];
}

async function inCluster(request: Request, kind: Kind, name: string) {
  return ok({ existence: (await request.objects().get(kind, name)) !== undefined });
}

const CHECKS: Readonly<Record<string, (request: Request, name: string, ecns: Ecns) => boolean>> = {
  HarborProject: ({ view }, name) => view.get("projects", name) !== undefined,
  Namespace(request, name, { store }) {
    const cluster = query(request.call, "cluster_name") ?? request.place().cluster;
    const type = query(request.call, "cluster_type");
    const found = store.get("clusters", cluster);
    if (found === undefined || (type !== undefined && found.type !== type)) {
      throw new Refusal(404, `there is no cluster ${cluster}${type === undefined ? "" : ` of type ${type}`}`);
    }
    return request.view.get("namespaces", `${cluster}/${name}`) !== undefined;
  },
  // Of either type.
  Application(request, name, ecns) {
    const { place } = within(request, ecns);
    return applicationsIn({ store: request.view }, place).some((one) => one.name === name);
  },
  VirtualMachine(request, name, ecns) {
    const { place } = within(request, ecns);
    return machinesIn(request.view, place, ecns).some((machine) => machine.name === name);
  },
};

function within(request: Request, { clusters }: Ecns) {
  if (clusters.api === undefined) throw new Refusal(503, "what acts inside a cluster needs --kubeconfig");
  return request.objects();
}
