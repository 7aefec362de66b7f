// What of a workload's manifest the cloud's form carries, and that nothing of it is lost in silence.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workloadForm } from "./application-workload.ts";

const PATH = "spec.easystack.hybrid.workloads[0].manifest";

function deployment({ pod = {}, container = {}, spec = {} }: { pod?: object; container?: object; spec?: object } = {}) {
  const labels = { app: "web", tier: "front" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { team: "shop" } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "a:1", ...container }], ...pod } },
      ...spec,
    },
  };
}

const refusalsOf = (manifest: Record<string, unknown>) => workloadForm(manifest, PATH).refusals;

describe("a workload's form", () => {
  it("carries names, labels, replicas, images, commands, variables and amounts", () => {
    const container = {
      image: "registry:5000/shop/web",
      imagePullPolicy: "Always",
      command: ["/bin/web"],
      args: ["--port", "80"],
      env: [
        { name: "MODE", value: "shop" },
        { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "main" } } },
      ],
      resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: 1 } },
    };
    const { form, refusals } = workloadForm(
      deployment({
        container,
        pod: { imagePullSecrets: [{ name: "pull" }], initContainers: [{ name: "i", image: "b" }] },
      }),
      PATH,
    );
    expect(refusals).toEqual([]);
    expect(form).toMatchObject({
      workload_base: { name: "web", type: "Deployment", replicas: 3 },
      labels: { team: "shop", app: "web", tier: "front" },
      containers: [
        { name: "i", type: "init", image: { image: "b", image_version: "latest" } },
        {
          name: "main",
          type: "worker",
          image: {
            image: "registry:5000/shop/web",
            image_version: "latest",
            image_pull_policy: "Always",
            image_auth: true,
            image_secret: "pull",
          },
          commands: { cmd: ["/bin/web"], args: ["--port", "80"] },
          env: [
            { type: "Normal", name: "MODE", key: "shop" },
            { type: "Secret", name: "KEY", key: "keys", value: "main" },
          ],
          resources: { requests: { cpu: 0.1, memory: 1024 }, limits: { cpu: 1 } },
        },
      ],
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "the network of the node",
      deployment({ pod: { hostNetwork: true } }),
      "spec.template.spec.hostNetwork is not carried",
    ],
    ["a port", deployment({ container: { ports: [] } }), "spec.template.spec.containers[0].ports is not carried"],
    ["a strategy", deployment({ spec: { strategy: {} } }), "spec.strategy is not carried"],
    ["an argument with a space", deployment({ container: { args: ["a b"] } }), "joins arguments with spaces"],
    ["a part of a MiB", deployment({ container: { resources: { limits: { memory: "100" } } } }), "has to be whole MiB"],
    ["another kind", { apiVersion: "batch/v1", kind: "Job" }, "kind has to be one of"],
    ["no container", deployment({ pod: { containers: [] } }), "has to list containers"],
    [
      "labels that are not selected",
      deployment({ spec: { selector: { matchLabels: { a: "b" } } } }),
      "has to be among",
    ],
  ])("refuses %s, by its path", (_what, manifest, message) => {
    const [first] = refusalsOf(manifest);
    expect(first?.message).toContain(message);
    expect(first?.message).toContain(PATH);
  });

  it("refuses whatever else is in a manifest, and never throws", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        expect(refusalsOf({ ...extra, ...deployment() })).toHaveLength(
          Object.keys(extra).filter((key) => !["apiVersion", "kind", "metadata", "spec"].includes(key)).length,
        );
        workloadForm({ ...deployment(), spec: extra }, PATH);
        workloadForm(extra, PATH);
      }),
      { numRuns: 200, seed: 17 },
    );
  });
});
