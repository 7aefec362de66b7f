// Where integration tests stand: namespaces of their own on the shared control plane, simulators, the operator's rights, and what a
// user does and sees.
import { randomUUID } from "node:crypto";
import type { Administrator } from "../apiserver/administrator.ts";
import { sharedControlPlane, uniqueName, type Kubectl } from "../apiserver/controlplane.ts";
import { accountManifests } from "./manifests.ts";
import { spawnOperator, type Operator, type OperatorSettings } from "../operator/operator.ts";
import {
  CREDENTIALS,
  PULL_CREDENTIALS,
  startSimulator,
  type Simulator,
  type SimulatorControls,
  type SimulatorOptions,
} from "../clouds/simulator.ts";
import { createChanges, type Changes } from "./changes.ts";
import { createObservations, type Observations } from "./observations.ts";
import { watchStatuses } from "./status-watch.ts";

export { accountManifest, accountManifests, projectManifest, secretManifest } from "./manifests.ts";
export type { Resource } from "./status-watch.ts";

/** A cloud that a stand can simulate: `S` is its simulator, `O` what that may be told at its start. */
export interface SimulatedCloud<S extends SimulatorControls, O> {
  /** Plurals of the kinds whose resources are watched. */
  readonly kinds: readonly string[];
  /** Values that may show nowhere. */
  readonly secrets: readonly string[];
  start(options: O | undefined): Promise<S>;
  /** A credentials Secret and an account of that name that uses it. */
  accountManifests(simulator: S, account: { name: string }): object[];
}

export const CTYUN: SimulatedCloud<Simulator, SimulatorOptions> = {
  kinds: ["cloudaccounts", "registryprojects"],
  secrets: [CREDENTIALS.secretKey, PULL_CREDENTIALS.password],
  start: startSimulator,
  accountManifests,
};

/** Where a method takes a name, it is kind/name, as kubectl takes it, or namespace/kind/name outside the first namespace. */
export interface Stand<S extends SimulatorControls = Simulator, O = SimulatorOptions>
  extends AsyncDisposable, Changes, Observations {
  readonly namespace: string;
  /** A second one, which the operator watches too. */
  readonly otherNamespace: string;
  readonly simulator: S;
  /** Bound to the namespace; never rejects on a non-zero exit. */
  readonly kubectl: Kubectl;
  /** Of the ServiceAccount in manifests/rbac.yaml. */
  readonly kubeconfig: string;
  /** Those started so far. */
  readonly operators: readonly Operator[];
  /** Values that may show nowhere; `apply` adds what it puts into Secrets. */
  readonly secrets: Set<string>;
  /** Starts an operator that watches both namespaces only, with a short settle window. */
  operator(settings?: Partial<OperatorSettings>): Operator;
  /** Has it visited now instead of when drift is due, by the annotation reconcile-at, and waits for the end of the visit. */
  lookAgain(name: string): Promise<void>;
  /** Another simulator, which lives as long as the stand. */
  anotherSimulator(options?: O): Promise<S>;
  /** Another simulator, an account of that name for it, verified, and what else is to be applied with it. */
  cloud(account: string, options?: O, ...manifests: readonly object[]): Promise<S>;
}

/** On CTYUN. */
export function createStand(prefix: string, simulatorOptions: SimulatorOptions = {}): Promise<Stand> {
  return createStandOn(CTYUN, prefix, simulatorOptions);
}

export async function createStandOn<S extends SimulatorControls, O>(
  cloud: SimulatedCloud<S, O>,
  prefix: string,
  simulatorOptions?: O,
): Promise<Stand<S, O>> {
  const plane = sharedControlPlane();
  const { administrator, operatorKubeconfigPath: kubeconfig } = plane;
  const namespace = uniqueName(prefix);
  const otherNamespace = uniqueName(`${prefix}-other`);
  for (const name of [namespace, otherNamespace]) {
    await administrator.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  const simulator = await cloud.start(simulatorOptions);
  await allowLeases(administrator, namespace);
  const namespaces = [namespace, otherNamespace] as const;
  const watch = watchStatuses(namespaces, cloud.kinds);
  const secrets = new Set(cloud.secrets);
  const simulators: AsyncDisposable[] = [simulator];
  const anotherSimulator = async (options?: O): Promise<S> => {
    const added = await cloud.start(options);
    simulators.push(added);
    return added;
  };
  const operators: Operator[] = [];
  const onSecret = (value: string): void => void secrets.add(value);
  const changes = createChanges({ administrator, namespace, watch, onSecret });
  const observations = createObservations({ administrator, namespaces: [...namespaces], watch, operators });
  return {
    ...changes,
    ...observations,
    namespace,
    otherNamespace,
    simulator,
    kubectl: (args, options) => plane.kubectl(["--namespace", namespace, ...args], options),
    kubeconfig,
    operators,
    secrets,
    operator({ flags = [], ...settings } = {}) {
      const scope = ["--watch-namespaces", namespaces.join(","), "--leader-elect-resource-namespace", namespace];
      const operator = spawnOperator({ kubeconfig, ...settings, flags: [...scope, "--settle-window", "2", ...flags] });
      operators.push(operator);
      return operator;
    },
    async lookAgain(name) {
      const value = randomUUID();
      await changes.annotate(name, { "yunfan.dev/reconcile-at": value });
      await observations.until(name, ({ status }) => status["lastHandledReconcileAt"] === value);
    },
    anotherSimulator,
    async cloud(account, options, ...manifests) {
      const added = await anotherSimulator(options);
      await changes.apply(...cloud.accountManifests(added, { name: account }), ...manifests);
      await observations.reaches(`cloudaccount/${account}`, "Verified");
      return added;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...operators, watch].map((part) => part[Symbol.asyncDispose]()));
      await Promise.all(simulators.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** The shipped Role lets the operator hold its lease in yunfan-system, where test files would compete for it. */
async function allowLeases(administrator: Administrator, namespace: string): Promise<void> {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const apiGroup = "rbac.authorization.k8s.io";
  const metadata = { name: "yunfan", namespace };
  const rules = [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "watch"] },
  ];
  await administrator.create({ apiVersion, kind: "Role", metadata, rules });
  const roleRef = { apiGroup, kind: "Role", name: "yunfan" };
  const subjects = [{ kind: "ServiceAccount", name: "yunfan", namespace: "yunfan-system" }];
  await administrator.create({ apiVersion, kind: "RoleBinding", metadata, roleRef, subjects });
}
