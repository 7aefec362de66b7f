// Declared fields alone, compared as a server means them; and what was applied and is declared no more.
import { describe, expect, it } from "vitest";
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { MARKS } from "../../cloud/manifests/marks.ts";
import { differencesOf } from "./differences.ts";
import { fieldsOf } from "./fields.ts";
import { mergedWith, withLiveValues } from "./merge.ts";
import { groupOf } from "./objects.ts";
import { shapeOf } from "./shapes.ts";

type Members = Record<string, unknown>;

function deployment(container: Members = {}, pod: Members = {}, spec: Members = {}): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "nginx", ...container }], ...pod },
      },
      ...spec,
    },
  };
}

function service(ports: readonly unknown[]): Manifest {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports, selector: { app: "web" } } };
}

const shape = (of: Manifest) => shapeOf({ group: groupOf(of.apiVersion), kind: of.kind });

function live(object: Manifest, metadata: Members = {}): LiveObject {
  return { ...object, metadata: { ...object.metadata, uid: "u-1", resourceVersion: "7", ...metadata } };
}

/** As applied last, by our own books. */
function applied(object: Manifest, present: Manifest = object): LiveObject {
  return live(present, { annotations: { [MARKS.fields]: JSON.stringify(fieldsOf(object, shape(object))) } });
}

const fields = (declared: Manifest, there: LiveObject): string[] =>
  differencesOf(declared, there, shape(declared)).map(({ field }) => field);

describe("no difference is", () => {
  it.each<[string, Manifest, Manifest]>([
    [
      "what the server has filled in",
      deployment(),
      deployment({ imagePullPolicy: "Always", resources: {} }, { dnsPolicy: "ClusterFirst" }),
    ],
    [
      "a quantity in other words",
      deployment({ resources: { limits: { cpu: 1, memory: "1024Mi" } } }),
      deployment({ resources: { limits: { cpu: "1000m", memory: "1Gi" } } }),
    ],
    [
      "a container of somebody else's",
      deployment(),
      deployment(
        {},
        {
          containers: [
            { name: "mesh", image: "mesh" },
            { name: "web", image: "nginx" },
          ],
        },
      ),
    ],
    ["an empty value that is left out", deployment({ env: [], command: [], workingDir: "" }), deployment()],
    [
      "somebody else's variable between",
      deployment({ env: [v("a"), v("b")] }),
      deployment({ env: [v("a"), v("c"), v("b")] }),
    ],
    [
      "a port whose protocol is the default",
      service([{ port: 80 }]),
      service([{ port: 80, protocol: "TCP", targetPort: 80 }]),
    ],
    ["a finalizer of somebody else's", withFinalizers("a"), withFinalizers("b", "a")],
    ["another version of the same kind", deployment(), { ...deployment(), apiVersion: "extensions/v1beta1" }],
  ])("%s", (_what, declared, there) => {
    expect(fields(declared, live(there))).toEqual([]);
  });
});

describe("a difference is", () => {
  it.each<[string, Manifest, Manifest, string]>([
    ["an image", deployment({ image: "nginx:2" }), deployment(), "spec.template.spec.containers[name=web].image"],
    ["a value that is missing", deployment({}, {}, { replicas: 0 }), deployment(), "spec.replicas"],
    [
      "a container that is missing",
      deployment(),
      deployment({ name: "other" }),
      "spec.template.spec.containers[name=web]",
    ],
    [
      "a variable that looks like a quantity",
      deployment({ env: [v("a", "1000m")] }),
      deployment({ env: [v("a", "1")] }),
      "spec.template.spec.containers[name=web].env[name=a].value",
    ],
    [
      "a variable at another place: it sees those before it",
      deployment({ env: [v("a"), v("b")] }),
      deployment({ env: [v("b"), v("a"), v("c")] }),
      "spec.template.spec.containers[name=web].env",
    ],
    [
      "a list that is one value, and longer",
      deployment({ args: ["a"] }),
      deployment({ args: ["a", "b"] }),
      "spec.template.spec.containers[name=web].args",
    ],
    [
      "a selector that selects less",
      service([{ port: 80 }]),
      { ...service([{ port: 80 }]), spec: { ports: [{ port: 80 }], selector: { app: "web", tier: "front" } } },
      "spec.selector",
    ],
    [
      "a port of another protocol",
      service([{ port: 53, protocol: "UDP" }]),
      service([{ port: 53, protocol: "TCP" }]),
      "spec.ports[port=53,protocol=UDP]",
    ],
    ["a finalizer that is missing", withFinalizers("a"), withFinalizers("b"), 'metadata.finalizers["a"]'],
    ["a label with a dot", labelled({ "app.example/x": "1" }), labelled({}), 'metadata.labels["app.example/x"]'],
  ])("%s", (_what, declared, there, field) => {
    expect(fields(declared, live(there))).toEqual([field]);
  });

  it("a field that was applied and is declared no more, be it a whole item", () => {
    const before = deployment({ command: ["x"], env: [v("a"), v("b")] }, { volumes: [{ name: "tmp", emptyDir: {} }] });
    expect(fields(deployment({ env: [v("a")] }), applied(before))).toEqual([
      "spec.template.spec.containers[name=web].command",
      "spec.template.spec.containers[name=web].env[name=b]",
      "spec.template.spec.volumes[name=tmp]",
    ]);
  });

  it("of a map that is declared no more only what was ours", () => {
    const config = (data?: Members): Manifest => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      ...(data && { data }),
    });
    const there = applied(config({ ours: "1" }), config({ ours: "1", theirs: "2" }));
    expect(fields(config(), there)).toEqual(["data.ours"]);
    expect(mergedWith(config(), there, shape(there))["data"]).toEqual({ theirs: "2" });
  });

  it("by the target's own books where it keeps them", () => {
    const managedFields = [
      { manager: "kubectl", operation: "Update", fieldsV1: { "f:data": { "f:theirs": {} } } },
      { manager: "yunfan", operation: "Apply", fieldsV1: { "f:data": { "f:kept": {}, "f:dropped": {} } } },
    ];
    const config = (data: Members): Manifest => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data,
    });
    const there = live(config({ kept: "1", dropped: "2", theirs: "3" }), { managedFields });
    expect(fields(config({ kept: "1" }), there)).toEqual(["data.dropped"]);
  });

  it("not to be had from books that can't be read", () => {
    const there = live(deployment(), { annotations: { [MARKS.fields]: "{" } });
    expect(fields(deployment(), there)).toEqual([]);
  });
});

describe("the merged object", () => {
  it("keeps what others put there, loses what is declared no more, and has what is declared", () => {
    const before = deployment({ command: ["x"], env: [v("a"), v("gone")] });
    const present = deployment(
      { command: ["x"], env: [v("a", "old"), v("gone"), v("theirs")], imagePullPolicy: "Always" },
      { dnsPolicy: "ClusterFirst" },
    );
    const declared = deployment({ env: [v("a", "new"), v("added")] });
    const merged = mergedWith(declared, applied(before, present), shape(declared));
    expect(merged["spec"]).toEqual(
      deployment(
        { env: [v("a", "new"), v("theirs"), v("added")], imagePullPolicy: "Always" },
        { dnsPolicy: "ClusterFirst" },
      )["spec"],
    );
    expect(merged.metadata).toMatchObject({ name: "web", uid: "u-1", resourceVersion: "7" });
  });

  it("differs from what is declared, with its own books, in nothing", () => {
    const plain = deployment({ env: [v("a")], resources: { limits: { cpu: "1" } } });
    const annotations = { [MARKS.fields]: JSON.stringify(fieldsOf(plain, shape(plain))) };
    const declared = { ...plain, metadata: { ...plain.metadata, annotations } };
    const present = applied(deployment({ command: ["x"] }), deployment({ command: ["x"], image: "other" }));
    expect(fields(declared, mergedWith(declared, present, shape(declared)))).toEqual([]);
  });

  it("has items in the order in which they are declared, and others' where they are met", () => {
    const present = deployment({ env: [v("theirs"), v("b"), v("a"), v("last")] });
    const declared = deployment({ env: [v("new"), v("a"), v("b")] });
    const merged = mergedWith(declared, live(present), shape(declared));
    expect(merged["spec"]).toEqual(deployment({ env: [v("theirs"), v("new"), v("a"), v("last"), v("b")] })["spec"]);
  });

  it("takes up a list of a shape that is not known as a whole", () => {
    const custom = (list: readonly unknown[]): Manifest => ({
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { name: "a" },
      spec: { list },
    });
    expect(mergedWith(custom([{ name: "b" }]), live(custom([{ name: "a" }])), shape(custom([])))["spec"]).toEqual({
      list: [{ name: "b" }],
    });
  });
});

describe("fields that are others'", () => {
  const declared = deployment({ image: "nginx:1" }, {}, { replicas: 2 });
  const withLive = (there: Manifest, ...pointers: string[]): Manifest =>
    withLiveValues(declared, { live: live(there), pointers, shape: shape(declared) });

  it("have their live value, or none where there is none", () => {
    expect(withLive(deployment({}, {}, { replicas: 5 }), "/spec/replicas")["spec"]).toMatchObject({ replicas: 5 });
    expect(withLive(deployment(), "/spec/replicas")["spec"]).not.toHaveProperty("replicas");
  });

  it("are found in an item by its keys, wherever others have put it", () => {
    const there = deployment(
      {},
      {
        containers: [
          { name: "mesh", image: "mesh" },
          { name: "web", image: "nginx:2" },
        ],
      },
    );
    expect(withLive(there, "/spec/template/spec/containers/0/image")["spec"]).toMatchObject({
      template: { spec: { containers: [{ name: "web", image: "nginx:2" }] } },
    });
  });

  it("may be named though nobody declares them, and with escapes", () => {
    expect(
      withLive(deployment(), "/spec/paused", "/metadata/annotations/a~1b", "/spec/template/spec/containers/7/image"),
    ).toEqual(declared);
  });
});

function v(name: string, value = "1"): Members {
  return { name, value };
}

function withFinalizers(...finalizers: readonly string[]): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", finalizers } };
}

function labelled(labels: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels } };
}
