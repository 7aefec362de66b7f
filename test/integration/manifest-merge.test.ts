// Whole objects, merged here by the names of what was applied last, come out as a real server's server-side apply makes them: the same
// manifests, with the same edits of colleagues between, go both ways.
import * as fc from "fast-check";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { LiveObject, Manifest } from "../../src/cloud/facets/manifests.ts";
import { MARKS } from "../../src/cloud/manifests/marks.ts";
import { differencesOf } from "../../src/controllers/manifestset/differences.ts";
import { fieldsOf } from "../../src/controllers/manifestset/fields.ts";
import { mergedWith } from "../../src/controllers/manifestset/merge.ts";
import { groupOf } from "../../src/controllers/manifestset/objects.ts";
import {
  isKeyed,
  isObject,
  itemKey,
  itemOf,
  memberOf,
  shapeOf,
  type Shape,
} from "../../src/controllers/manifestset/shapes.ts";
import { isEmpty } from "../../src/controllers/manifestset/values.ts";
import { KubeError } from "../../src/kube/errors.ts";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { transportOf } from "../support/apiserver/transports.ts";
import { GENERATED_KINDS, manifestOf, type GeneratedKind } from "../support/environment/generated/kinds.ts";

vi.setConfig({ testTimeout: 120_000 });

const SEED = 13;
const RUNS = 25;

const plane = sharedControlPlane();
const kubeConfig = new KubeConfig();
kubeConfig.loadFromFile(plane.kubeconfigPath);
const transport = transportOf(kubeConfig);
afterAll(() => transport[Symbol.asyncDispose]());

type Members = Readonly<Record<string, unknown>>;
/** What came of a write: the object, or what a server says when it refuses. */
type Came = LiveObject | { readonly refused: number };

/** How manifests get there. */
interface Way {
  readonly name: string;
  readonly apply: (at: At, manifest: Manifest, live: LiveObject | undefined) => Promise<Came>;
}

interface At {
  readonly kind: GeneratedKind;
  readonly namespace: string;
  readonly name: string;
}

const shapeOfKind = ({ apiVersion, kind }: GeneratedKind): Shape => shapeOf({ group: groupOf(apiVersion), kind });
const named = (manifest: Manifest, { namespace, name }: At): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace, name },
});

const SERVER_SIDE: Way = {
  name: "applied",
  apply: (at, manifest) =>
    came({
      method: "PATCH",
      path: pathOf(at),
      query: { fieldManager: "yunfan", force: true },
      contentType: "application/apply-patch+yaml",
      body: named(manifest, at),
    }),
};

const WHOLE: Way = {
  name: "merged",
  apply(at, manifest, live) {
    const declared = withBooks(named(manifest, at), shapeOfKind(at.kind));
    const query = { fieldManager: "yunfan-whole" };
    if (!live) return came({ method: "POST", path: at.kind.path(at.namespace), query, body: declared });
    const body = mergedWith(declared, live, shapeOfKind(at.kind));
    return came({ method: "PUT", path: pathOf(at), query, body });
  },
};

describe.each(GENERATED_KINDS.map((kind) => [kind.kind, kind] as const))("a %s", (_name, kind) => {
  it("comes out merged here as it does applied there, and differs from its manifest in nothing", async () => {
    const namespace = await uniqueNamespace(plane.kubectl, "merge");
    let runs = 0;
    const histories = fc.record({
      manifests: fc.array(kind.declared, { minLength: 2, maxLength: 3 }),
      edits: fc.array(kind.edited, { minLength: 2, maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(histories, async ({ manifests, edits }) => {
        const name = `run-${++runs}`;
        const told = manifests.map((members) => manifestOf(kind, members));
        const mild = edits.map((edit) => undisputed(edit, manifests, shapeOfKind(kind)) as Members);
        const [applied, merged] = await Promise.all(
          [SERVER_SIDE, WHOLE].map((way) => played(way, { kind, namespace, name: `${name}-${way.name}` }, told, mild)),
        );
        expect(merged).toEqual(applied);
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe("what is known by names alone is otherwise", () => {
  const [deployments, configs] = ["Deployment", "ConfigMap"].map((wanted) =>
    GENERATED_KINDS.find(({ kind }) => kind === wanted)!,
  );

  it("a field of ours that somebody has changed goes when it is declared no more: the server leaves it to them", async () => {
    const at = { kind: configs!, namespace: await uniqueNamespace(plane.kubectl, "merge"), name: "changed" };
    const manifests = [{ data: { level: "info", kept: "1" } }, { data: { kept: "1" } }].map((members) =>
      manifestOf(at.kind, members),
    );
    const last = async (way: Way): Promise<unknown> =>
      (await played(way, { ...at, name: way.name }, manifests, [{ data: { level: "debug" } }])).at(-2);
    expect(await last(SERVER_SIDE)).toMatchObject({ data: { level: "debug", kept: "1" } });
    expect(await last(WHOLE)).toMatchObject({ data: { kept: "1" } });
    expect(await last(WHOLE)).not.toHaveProperty("data.level");
  });

  it("a structure of ours goes with what others put into it", async () => {
    const at = { kind: deployments!, namespace: await uniqueNamespace(plane.kubectl, "merge"), name: "inside" };
    const withSecurity = (securityContext?: Members): Manifest =>
      manifestOf(at.kind, {
        spec: {
          selector: { matchLabels: { app: "web" } },
          template: {
            metadata: { labels: { app: "web" } },
            spec: { containers: [{ name: "web", image: "nginx:1" }], ...(securityContext && { securityContext }) },
          },
        },
      });
    const edits = [{ spec: { template: { spec: { securityContext: { fsGroup: 7 } } } } }];
    const last = async (way: Way): Promise<unknown> =>
      (await played(way, { ...at, name: way.name }, [withSecurity({ runAsUser: 1 }), withSecurity()], edits)).at(-2);
    const place = "spec.template.spec.securityContext";
    expect(await last(SERVER_SIDE)).toHaveProperty(place, { fsGroup: 7 });
    expect(await last(WHOLE)).not.toHaveProperty(place);
  });
});

/** What was there after each manifest, less what says which object it is and what the server chose for it. */
async function played(
  way: Way,
  at: At,
  manifests: readonly Manifest[],
  edits: readonly Members[],
): Promise<readonly unknown[]> {
  const shown: unknown[] = [];
  let live: LiveObject | undefined;
  for (const [index, manifest] of manifests.entries()) {
    const outcome = await way.apply(at, manifest, live);
    shown.push(comparable(outcome, at));
    if (!("refused" in outcome)) {
      live = outcome;
      shown.push(
        differencesOf(named(manifest, at), live, shapeOfKind(at.kind)).filter(
          ({ field }) => !field.startsWith('metadata.annotations["yunfan'),
        ),
      );
    }
    const edit = edits[index];
    if (live && edit) {
      const edited = await came({
        method: "PATCH",
        path: pathOf(at),
        query: { fieldManager: "kubectl-patch" },
        contentType: "application/strategic-merge-patch+json",
        body: edit,
      });
      if (!("refused" in edited)) live = edited;
      shown.push(comparable(edited, at));
    }
  }
  return shown;
}

async function came(request: Omit<Parameters<typeof transport.request>[0], "timeoutMs">): Promise<Came> {
  try {
    return await transport.request<LiveObject>(request);
  } catch (error) {
    if (error instanceof KubeError && [400, 409, 422].includes(error.code)) return { refused: error.code };
    throw error;
  }
}

function pathOf({ kind, namespace, name }: At): string {
  return `${kind.path(namespace)}/${name}`;
}

function withBooks(manifest: Manifest, shape: Shape): Manifest {
  const { metadata } = manifest;
  const fields = JSON.stringify(fieldsOf(manifest, shape));
  return { ...manifest, metadata: { ...metadata, annotations: { ...metadata.annotations, [MARKS.fields]: fields } } };
}

/** Chosen by the server for each object. */
const CHOSEN = new Set(["clusterIP", "clusterIPs", "nodePort"]);

function comparable(outcome: Came, { name }: At): unknown {
  if ("refused" in outcome) return outcome;
  const { metadata, status: _status, ...rest } = outcome;
  const { labels = {}, annotations = {}, finalizers = [] } = metadata;
  const { [MARKS.fields]: _fields, ...others } = annotations;
  const shown = filled({ ...rest, labels, annotations: others, finalizers });
  return JSON.parse(JSON.stringify(shown).replaceAll(name, "generated"));
}

/** A structure that is declared and empty means the same as none: a server's merge drops it at times, ours keeps it. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, CHOSEN.has(name) ? "chosen" : filled(member)] as const,
  );
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
}

/**
 * The edit, less what some of the manifests declare and others do not: whose such a field is when it is dropped, the two ways see
 * differently (controllers/manifestset/fields.ts).
 */
function undisputed(edit: unknown, manifests: readonly unknown[], shape: Shape): unknown {
  if (!isObject(edit)) return edit;
  const kept = Object.entries(edit).flatMap(([name, value]) => {
    const declared = manifests.map((manifest) => (isObject(manifest) ? manifest[name] : undefined));
    const below = memberOf(shape, name);
    const isByPart = below.keys !== undefined || below.as === "Map" || below.as === "Quantities";
    const isDisputed = declared.includes(undefined) && declared.some((each) => each !== undefined);
    if (isDisputed && !isByPart) return [];
    return [[name, below.as === "Atomic" ? value : partsOf(value, declared, below)] as const];
  });
  return Object.fromEntries(kept);
}

function partsOf(edit: unknown, declared: readonly unknown[], shape: Shape): unknown {
  if (!Array.isArray(edit)) return undisputed(edit, declared, shape);
  if (!isKeyed(shape, edit)) return edit;
  return edit.flatMap((item: unknown) => {
    const key = itemKey(shape.keys, item);
    const counterparts = declared.map((list) =>
      Array.isArray(list) ? (list as unknown[]).find((other) => itemKey(shape.keys, other) === key) : undefined,
    );
    const isDisputed = counterparts.includes(undefined) && counterparts.some((each) => each !== undefined);
    return isDisputed ? [] : [undisputed(item, counterparts, itemOf(shape))];
  });
}
