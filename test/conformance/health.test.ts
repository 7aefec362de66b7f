// Health of objects, by our rules and by the real kstatus (sigs.k8s.io/cli-utils), of objects that hold every combination that matters.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LiveObject } from "../../src/cloud/facets/manifests.ts";
import { healthOf } from "../../src/controllers/manifestset/health.ts";
import { judge } from "../support/environment/status-check.ts";

const LONG_AGO = "2020-01-01T00:00:00Z";
const few = fc.integer({ min: 0, max: 3 });
const truth = fc.constantFrom("True", "False", "Unknown");

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 4 });
}

function condition(type: string, ...reasons: readonly string[]): fc.Arbitrary<object> {
  return fc.record({
    type: fc.constant(type),
    status: truth,
    reason: fc.constantFrom(...reasons),
    message: fc.constant("what its controller says"),
  });
}

/** Each is there or not. */
function conditions(...all: readonly fc.Arbitrary<object>[]): fc.Arbitrary<readonly object[]> {
  return fc.tuple(...all.map((each) => maybe(each))).map((found) => found.filter((each) => each !== undefined));
}

const counts = {
  replicas: maybe(few),
  readyReplicas: maybe(few),
  updatedReplicas: maybe(few),
  currentReplicas: maybe(few),
  availableReplicas: maybe(few),
  fullyLabeledReplicas: maybe(few),
  observedGeneration: fc.constantFrom(1, 2, 2, 2, undefined),
};

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: fc.Arbitrary<object>;
  readonly status: fc.Arbitrary<object>;
}

const READY = condition("Ready", "Available", "Waiting");
const GENERAL = [condition("Reconciling", "Working"), condition("Stalled", "Broken")] as const;

const KINDS: readonly Kind[] = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: fc.record({ replicas: maybe(few), progressDeadlineSeconds: maybe(fc.constantFrom(600, 2_147_483_647)) }),
    status: fc.record({
      ...counts,
      conditions: conditions(
        condition("Progressing", "NewReplicaSetAvailable", "ReplicaSetUpdated", "ProgressDeadlineExceeded"),
        condition("Available", "MinimumReplicasAvailable"),
      ),
    }),
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    spec: fc.record({
      replicas: maybe(few),
      updateStrategy: maybe(
        fc.constantFrom(
          { type: "OnDelete" },
          { type: "RollingUpdate" },
          { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
        ),
      ),
    }),
    status: fc.record({
      ...counts,
      currentRevision: fc.constantFrom("web-1", "web-2"),
      updateRevision: fc.constantFrom("web-1", "web-2"),
    }),
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    spec: fc.constant({}),
    status: fc.record({
      desiredNumberScheduled: maybe(few),
      currentNumberScheduled: maybe(few),
      updatedNumberScheduled: maybe(few),
      numberAvailable: maybe(few),
      numberReady: maybe(few),
      observedGeneration: fc.constantFrom(1, 2, 2, 2, undefined),
    }),
  },
  {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    spec: fc.record({ replicas: maybe(few) }),
    status: fc.record({ ...counts, conditions: conditions(condition("ReplicaFailure", "FailedCreate")) }),
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    spec: fc.constant({}),
    status: fc.record({ phase: fc.constantFrom("Pending", "Bound", "Lost") }),
  },
  {
    apiVersion: "v1",
    kind: "Service",
    spec: fc.record({
      type: fc.constantFrom("ClusterIP", "LoadBalancer", "NodePort"),
      clusterIP: maybe(fc.constantFrom("", "10.0.0.1")),
    }),
    status: fc.constant({}),
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    spec: fc.constant({}),
    status: fc.record({
      phase: fc.constantFrom("Pending", "Running", "Succeeded", "Failed", "Pending", "Running"),
      conditions: conditions(
        condition("Ready", "PodCompleted", "ContainersNotReady"),
        condition("PodScheduled", "Unschedulable", "SchedulerError"),
      ),
      containerStatuses: maybe(
        fc.constantFrom(
          [{ name: "web", state: { waiting: { reason: "CrashLoopBackOff" } } }],
          [{ name: "web", state: { running: {} } }],
        ),
      ),
    }),
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    spec: fc.record({ parallelism: maybe(few), completions: maybe(few) }),
    status: fc.record({
      active: maybe(few),
      succeeded: maybe(few),
      failed: maybe(few),
      startTime: maybe(fc.constant(LONG_AGO)),
      conditions: conditions(condition("Complete", "Done"), condition("Failed", "BackoffLimitExceeded")),
    }),
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    spec: fc.constant({}),
    status: fc.record({
      conditions: conditions(
        condition("NamesAccepted", "NoConflicts", "MultipleNamesNotAllowed"),
        condition("Established", "InitialNamesAccepted", "Installing"),
      ),
    }),
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    spec: fc.constant({}),
    status: fc.record({ observedGeneration: fc.constantFrom(1, 2) }),
  },
  {
    apiVersion: "shop.example.com/v1",
    kind: "Widget",
    spec: fc.constant({}),
    status: fc.record({
      observedGeneration: fc.constantFrom(1, 2, undefined),
      conditions: conditions(READY, ...GENERAL),
    }),
  },
];

function objectOf({ apiVersion, kind, spec, status }: Kind): fc.Arbitrary<LiveObject> {
  const deletion = fc.option(fc.constant(LONG_AGO), { nil: undefined, freq: 12 });
  return fc.record({ spec, status, deletion }).map(({ deletion: deletionTimestamp, ...object }) => {
    const metadata = {
      name: "web",
      namespace: "shop",
      uid: "1",
      resourceVersion: "1",
      generation: 2,
      creationTimestamp: LONG_AGO,
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    };
    // As JSON has it: what is undefined is not there.
    return JSON.parse(JSON.stringify({ apiVersion, kind, metadata, ...object })) as LiveObject;
  });
}

test.each(KINDS.map((kind) => [kind.kind, kind] as const))("kstatus and we judge a %s alike", async (_, kind) => {
  const objects = fc.sample(objectOf(kind), { numRuns: 600, seed: 13 });
  const differing: object[] = [];
  for await (const { line, judgement } of judge(objects.map((object) => JSON.stringify(object)))) {
    const object = JSON.parse(line) as LiveObject;
    const ours = healthOf(object, Date.now()).status;
    if (ours !== judgement.kstatus) differing.push({ ours, kstatus: judgement.kstatus, object });
  }
  expect(differing.slice(0, 3)).toEqual([]);
});
