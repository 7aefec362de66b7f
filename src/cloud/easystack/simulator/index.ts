// The simulator of EasyStack ECNS (Kubernetes容器服务 API参考, v6.1.1): all 130 calls, written from the API reference alone.
//
// What is read from it where it is silent, and which switch stands for each reading: docs/clouds/easystack.md. What a colleague
// does behind our back is in controls.ts and cluster-controls.ts.
import { systemClock } from "../../../lib/clock.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { serve } from "../../simulation/server.ts";
import { Timeline } from "../../simulation/timeline.ts";
import { clusterControls } from "./cluster-controls.ts";
import { recordControls } from "./controls.ts";
import { openKeystone } from "./keystone.ts";
import type { ApiServer } from "../../simulation/kube/api-server.ts";
import { connectApiServer } from "../../simulation/kube/api-server.ts";
import { apiBackend, memoryBackend } from "./kube/backend.ts";
import { openClusters } from "./kube/clusters.ts";
import { startCaretaker } from "./life/caretaker.ts";
import { balancerAdmission } from "./load-balancers.ts";
import { operationsOf } from "./operations.ts";
import type { EasyStackSimulatorOptions, OptionValues } from "./options.ts";
import { flags, optionValues, parseOptions } from "./options.ts";
import { plant } from "./plant.ts";
import { quotaAdmission } from "./quota.ts";
import { REGISTRY_DOMAIN } from "./registry.ts";
import { ecnsRoutes } from "./routes.ts";
import { openSessions } from "./sessions.ts";
import type { Ecns, EcnsRules } from "./state.ts";
import { createStore } from "./state.ts";
import { failure } from "./wire.ts";

export type { EasyStackSimulatorOptions } from "./options.ts";

/** Starts the simulator. Rejects where `listen`, `faults` or `kubeconfig` are not valid or the port is taken. */
export async function startEasyStackSimulator(options: EasyStackSimulatorOptions): Promise<RunningSimulator> {
  const { listen, faults, clusters, clock = systemClock, speed = 1, duplicateNames = "Refuse", ...rest } = options;
  const values = { ...optionValues.omit({ clusters: true }).parse(rest), duplicateNames };
  const timeline = new Timeline(clock, speed);
  const api = values.kubeconfig === undefined ? undefined : await connectApiServer(values.kubeconfig);
  const ecns = createEcns(rulesOf(values), timeline, api);
  await plant(ecns, clusters ?? [{ name: "eks-1", type: "EKS" }]);
  const keystone = openKeystone(ecns, {
    password: values.password,
    tokenTtlMs: values.tokenTtl * 1000,
    lockout: { attempts: values.lockAfter, lockedMs: values.lockSeconds * 1000 },
    writesPerMinute: values.writesPerMinute,
  });
  const sessions = openSessions(ecns);
  const running = await serve({
    listen,
    clock,
    faults,
    cloud: {
      store: ecns.store,
      routes: [
        ...keystone.routes,
        ...ecnsRoutes({ ecns, sessions, askerOf: (call) => keystone.askerOf(call) }, operationsOf(ecns)),
      ],
      controls: { ...recordControls(ecns), ...clusterControls(ecns), users: keystone.control },
      authenticate(call) {
        const refusal = keystone.refusalOf(call);
        return refusal && failure(refusal.status, refusal.message);
      },
      failure,
      advance: () => timeline.advance(),
    },
  });
  const caretaker = api && startCaretaker({ ecns, api, clock, speed, runsPods: values.runPods });
  return {
    ...running,
    extra: { projectId: values.projectId, userId: values.userId, registry: REGISTRY_DOMAIN },
    async close() {
      await running.close();
      await caretaker?.close();
      await api?.close();
    },
  };
}

function createEcns(rules: EcnsRules, timeline: Timeline, api: ApiServer | undefined): Ecns {
  const store = createStore(timeline);
  const hasRoom = quotaAdmission(({ place }) => store.get("namespaces", `${place.cluster}/${place.namespace}`));
  const hasBalancer = balancerAdmission({ store, rules });
  const backend = api === undefined ? memoryBackend(timeline) : apiBackend(api);
  const clusters = openClusters(backend, api, async (objects, manifest) => {
    await hasRoom(objects, manifest);
    await hasBalancer(objects, manifest);
  });
  return { store, rules, timeline, clusters };
}

function rulesOf(values: Omit<OptionValues, "clusters"> & Pick<EcnsRules, "duplicateNames">): EcnsRules {
  const { domain, projectName, projectId, username, userId, sessionTtl, lbLinger } = values;
  const domainId = domain === "Default" ? "default" : `domain-of-${domain}`;
  return {
    ...values,
    organisation: { domain, domainId, project: projectName, projectId, user: username, userId },
    sessionTtlMs: sessionTtl * 1000,
    lbLingerMs: lbLinger * 1000,
  };
}

/** `yunfan simulate EasyStackECNS`. */
export const easyStackSimulator: SimulatorDefinition = {
  provider: "EasyStackECNS",
  flags,
  async start(parsed) {
    const { faults: faultsFile, ...options } = parseOptions(parsed);
    const faults = faultsFile === undefined ? undefined : await readFaultPlan(faultsFile);
    return startEasyStackSimulator({ ...options, faults });
  },
};
