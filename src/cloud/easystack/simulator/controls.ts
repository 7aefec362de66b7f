// What a colleague does behind our back: the collections of the registry, and the records of the rest. Clusters, namespaces and
// nodes are in cluster-controls.ts. What lies inside clusters is looked at and changed with kubectl behind `--kubeconfig`.
//
// POST projects {"name", "public"?, "owner"?, "createdAt"?}, PATCH {"public"}, DELETE (with its images).
// POST images {"repository", "tag"?, "sizeBytes"?, "digest"?, "description"?, "createdAt"?}, PATCH {"description"}, DELETE.
// PATCH registry/storage {"free"?, "total"?, "garbage"?}. POST collections: a collection starts; PATCH {"state": "Finished"}.
// POST applications {"cluster", "namespace", "name", "type"?, "description"?}, PATCH {"description"?, "members"?}, DELETE.
// POST servers {"cluster", "namespace", "name", "application"?, "virtualMachine"?, "state"?}, PATCH {"state"}, DELETE.
// POST loadbalancers {"cluster", "namespace", "name", "service"?, "state"?, "dedicated"?}, PATCH {"state"}, DELETE.
// PATCH sessions {"cluster", "namespace"} moves one, DELETE loses it. POST offers {"kind", "name", "nativeId"?}, PATCH {"enabled"}.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput } from "../../simulation/refusal.ts";
import { applicationId } from "./application-state.ts";
import { addWorkspace, endCollection, isCollecting, pushTag, STORAGE, startCollection } from "./registry.ts";
import type { Ecns, EcnsTables } from "./state.ts";
import { amend, newEntity, OFFERS } from "./state.ts";

const isPublic = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const bytes = z.int().min(0);
const place = { cluster: z.string().min(1), namespace: z.string().min(1) };

const newProject = z.strictObject({
  name: z.string(),
  public: isPublic.default(false),
  owner: z.string().min(1).optional(),
  createdAt: time.optional(),
});

const newImage = z.strictObject({
  repository: z.string().regex(/^[^/]+\/.*[^/]$/, "must be workspace/image"),
  tag: z.string().default("latest"),
  sizeBytes: bytes.default(1_048_576),
  digest: z.string().optional(),
  description: z.string().optional(),
  createdAt: time.optional(),
});

const newApplication = z.strictObject({
  ...place,
  name: z.string().min(1),
  type: z.enum(["Normal", "Hybrid"]).default("Normal"),
  description: z.string().default(""),
});

const serverState = z.enum(["Build", "Active", "Shutoff", "Error", "Deleting"]);
const balancerState = z.enum(["Building", "Active", "Error", "Deleting"]);

const newServer = z.strictObject({
  ...place,
  name: z.string().min(1),
  application: z.string().default(""),
  virtualMachine: z.string().optional(),
  state: serverState.default("Active"),
});

const newBalancer = z.strictObject({
  ...place,
  name: z.string().min(1),
  service: z.string().default(""),
  state: balancerState.default("Active"),
  dedicated: z.boolean().default(false),
});

const newOffer = z.strictObject({ kind: z.enum(OFFERS), name: z.string().min(1), nativeId: z.string().optional() });

const member = z.strictObject({ type: z.string(), name: z.string() });

type Controlled =
  | "projects"
  | "images"
  | "registry"
  | "collections"
  | "applications"
  | "servers"
  | "loadbalancers"
  | "sessions"
  | "offers";

export function recordControls(ecns: Ecns): Record<Controlled, CollectionControl> {
  const { store } = ecns;
  const remover = (collection: keyof EcnsTables) => (id: string) => {
    const record = store.get(collection, id);
    store.remove(collection, id);
    return record;
  };
  const updater = (collection: keyof EcnsTables, schema: z.ZodType) => (id: string, input: unknown) =>
    amend(ecns, collection, id, defined(parseInput(schema, input)));
  return {
    projects: {
      create: (input) => addWorkspace(ecns, parseInput(newProject, input)),
      update: updater("projects", z.strictObject({ public: isPublic })),
      remove(id) {
        for (const image of store.list("images")) {
          if (image.repository.startsWith(`${id}/`)) store.remove("images", image.id);
        }
        return remover("projects")(id);
      },
    },
    images: {
      create: (input) => pushTag(ecns, parseInput(newImage, input)),
      update: updater("images", z.strictObject({ description: z.string() })),
      remove: remover("images"),
    },
    registry: {
      update: updater(
        "registry",
        z.strictObject({ free: bytes.optional(), total: bytes.optional(), garbage: bytes.optional() }),
      ),
    },
    collections: {
      create() {
        startCollection(ecns);
        return store.list("collections").at(-1) ?? STORAGE;
      },
      update(id, input) {
        parseInput(z.strictObject({ state: z.literal("Finished") }), input);
        if (isCollecting(ecns)) endCollection(ecns, id);
        return store.get("collections", id);
      },
    },
    applications: {
      create(input) {
        const { cluster, namespace, ...wanted } = parseInput(newApplication, input);
        const id = applicationId(ecns, { cluster, namespace }, wanted.name, wanted.type);
        const record = { ...newEntity(ecns, wanted.name, id), cluster, namespace, ...wanted };
        store.put("applications", { ...record, members: [], virtualMachines: [], network: null });
        return record;
      },
      update: updater(
        "applications",
        z.strictObject({ description: z.string().optional(), members: z.array(member).optional() }),
      ),
      remove: remover("applications"),
    },
    servers: {
      create(input) {
        const { virtualMachine, ...wanted } = parseInput(newServer, input);
        const server = {
          ...newEntity(ecns, wanted.name),
          ...wanted,
          virtualMachine: virtualMachine ?? wanted.name,
          internalIp: "10.30.250.250",
          image: "ubuntu",
          flavor: "m1.small",
          network: {},
          loadBalancer: null,
        };
        store.put("servers", server);
        return server;
      },
      update: updater("servers", z.strictObject({ state: serverState })),
      remove: remover("servers"),
    },
    loadbalancers: {
      create(input) {
        const wanted = parseInput(newBalancer, input);
        const record = { ...newEntity(ecns, wanted.name), ...wanted };
        store.put("loadbalancers", { ...record, serviceUid: "", address: "10.40.250.250", subnetId: "sub-1" });
        return record;
      },
      update: updater("loadbalancers", z.strictObject({ state: balancerState })),
      remove: remover("loadbalancers"),
    },
    sessions: { update: updater("sessions", z.strictObject(place)), remove: remover("sessions") },
    offers: {
      create(input) {
        const { kind, name, nativeId } = parseInput(newOffer, input);
        const offer = { ...newEntity(ecns, name, `${kind}/${name}`), kind, nativeId: nativeId ?? name, enabled: true };
        store.put("offers", offer);
        return offer;
      },
      update: updater("offers", z.strictObject({ enabled: z.boolean() })),
      remove: remover("offers"),
    },
  };
}

/** Members that were left out change nothing. */
export function defined(change: unknown): Record<string, never> {
  return Object.fromEntries(Object.entries(change as object).filter(([, value]) => value !== undefined)) as never;
}
