// How an application shows (1.2): what it was made of, the state of its workloads and servers, and its own.
import { appSelectorOf } from "./app-labels.ts";
import type { Workload } from "./forms/workload.ts";
import type { Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import { machinesIn } from "./servers.ts";
import type { Application, Ecns, EcnsView } from "./state.ts";
import { stamp } from "./wire.ts";
import { workloadType } from "./workload-named.ts";
import { isStopped } from "./workload-power.ts";
import type { Scene } from "./workload-view.ts";
import { countsOf, sceneOf, statusOnWire, workloadOnWire } from "./workload-view.ts";

/** Several at once, with one look at what lies around them. */
export async function applicationsOnWire(
  objects: Objects,
  applications: readonly Application[],
  { view, ecns }: { view: EcnsView; ecns: Ecns },
): Promise<object[]> {
  const scene = await sceneOf(objects);
  const shown = applications.map(async (one) => {
    const [members, configs] = await Promise.all([
      membersOf(objects, one),
      objects.list("ConfigMap", appSelectorOf(one.name)),
    ]);
    return onWire(one, { members, configs, scene, view, ecns });
  });
  return Promise.all(shown);
}

/** Those that are still there: what was deleted behind the application's back is no member any more. */
export async function membersOf(objects: Objects, { members }: Application): Promise<Workload[]> {
  const found = await Promise.all(members.map(({ type, name }) => objects.get(workloadType(type), name)));
  return found.filter((workload) => workload !== undefined);
}

interface Around {
  readonly members: readonly Workload[];
  readonly configs: readonly Typed<"ConfigMap">[];
  readonly scene: Scene;
  readonly view: EcnsView;
  readonly ecns: Ecns;
}

function onWire(application: Application, { members, configs, scene, view, ecns }: Around): object {
  const { name, description, type, network, virtualMachines, createdAt } = application;
  const machines = machinesIn(view, scene.place, ecns).filter((machine) => machine["application_name"] === name);
  return {
    application: {
      name,
      description,
      type,
      vm_network: network,
      configmaps: configs.map(({ metadata, data }) => ({ name: metadata.name, config: data ?? {} })),
      workloads: members.map((workload) => workloadOnWire(workload, scene, ecns)),
      virtual_machines: virtualMachines,
    },
    application_status: {
      creation_time: stamp(ecns.rules, createdAt),
      status: stateOf(members, type === "Hybrid" ? machines : []),
    },
    workloads_status: members.map((workload) => statusOnWire(workload, scene, ecns)),
    vms_status: type === "Hybrid" ? machines : [],
  };
}

/** No workload, Stopped, Unready, Running, Processing. */
function stateOf(members: readonly Workload[], machines: readonly { readonly status: string }[]): string {
  if (members.length + machines.length === 0) return "No workload";
  if (machines.some(({ status }) => status === "Build" || status === "Deleting")) return "Processing";
  if (machines.length === 0 && members.every(isStopped)) return "Stopped";
  const isReady = members.every((workload) => {
    const { desired, ready } = countsOf(workload);
    return ready >= desired;
  });
  return isReady && machines.every(({ status }) => status === "Active") ? "Running" : "Unready";
}
