// The wrapped Kubernetes paths (CTYUN CCI 3.1, 3.3 to 3.9) in front of a real API server, each with and without `/api/v1`, and with POST at
// the collection and at the object: the reference prints one or the other by resource. Without an API server all answer 503.
import type { Answer, Call, Route } from "../../../simulation/cloud.ts";
import type { ApiRequest, ApiServer } from "../../../simulation/kube/api-server.ts";
import { parseExactly } from "../../../simulation/exact-json.ts";
import { handOn } from "../../../simulation/kube/effects.ts";
import { parseJson, Refusal } from "../../../simulation/refusal.ts";
import type { RegistryTables, RegistryView } from "../state.ts";
import { pathBehind, recordOf, RESOURCES, shownObject, type KubeObject, type WrappedResource } from "./resources.ts";

interface Behind {
  /** Undefined where nothing lies behind. */
  readonly api: ApiServer | undefined;
  /** Of the simulator; ages of stale lists. */
  readonly now: () => number;
}

type WrappedRoute = Route<RegistryTables>;
type Handler = (call: Call, api: ApiServer, ageMs: number | undefined) => Promise<Answer>;

/** What etcd takes at most, and more. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

export function wrappedRoutes(behind: Behind): WrappedRoute[] {
  return ["", "/api/v1"].flatMap((prefix) => RESOURCES.flatMap((resource) => routesOf(resource, prefix, behind)));
}

function routesOf(resource: WrappedResource, prefix: string, { api, now }: Behind): WrappedRoute[] {
  const { plural, kind, shown } = resource;
  const all = `${prefix}/${plural}`;
  const collection = `${prefix}/namespaces/:namespace/${plural}`;
  const object = `${collection}/:name`;
  const route = (method: WrappedRoute["method"], path: string, handler: Handler): WrappedRoute => ({
    method,
    path,
    bodyLimit: LARGEST_BODY_BYTES,
    handle(call: Call, _view: RegistryView, ageMs?: number) {
      if (api === undefined) throw new Refusal(503, "what lies in namespaces needs --kubeconfig");
      return handler(call, api, ageMs);
    },
  });
  const emptyList = { status: 200, body: { kind: `${kind}List`, apiVersion: shown, metadata: {}, items: [] } };
  const listing: Handler = (call, server, ageMs) =>
    list(resource, { call, api: server, madeBeforeMs: ageMs === undefined ? undefined : now() - ageMs });
  const lists = [collection, ...(resource.listsAll ? [all] : [])];
  const reads = lists.map((path) => Object.assign(route("GET", path, listing), { emptyList }));
  if (resource.readOnly) return reads;
  return [
    ...reads,
    route("POST", collection, (call, server) => create(resource, call, server)),
    route("POST", object, (call, server) => create(resource, call, server)),
    route("GET", object, (call, server) => passed(resource, server, { method: "GET", path: behindOf(resource, call) })),
    route("PUT", object, (call, server) => replace(resource, call, server)),
    route("DELETE", object, (call, server) => remove(resource, call, server)),
    ...(resource.patchType === undefined
      ? []
      : [route("PATCH", object, (call, server) => patch(resource, call, server))]),
    ...(resource.deletesCollections
      ? [route("DELETE", collection, (call, server) => removeAll(resource, call, server))]
      : []),
    ...(plural === "ingresses" ? [route("DELETE", all, (call, server) => removeAll(resource, call, server))] : []),
  ];
}

function behindOf(resource: WrappedResource, { params }: Call): string {
  return pathBehind(resource, params["namespace"], params["name"]);
}

async function list(
  resource: WrappedResource,
  { call, api, madeBeforeMs }: { call: Call; api: ApiServer; madeBeforeMs: number | undefined },
): Promise<Answer> {
  const answer = await api.exchange({ method: "GET", path: behindOf(resource, call) });
  if (answer.status >= 300) return { status: answer.status, text: answer.text };
  const { items, ...rest } = parseExactly(answer.text) as { items: KubeObject[] };
  const shown = items.filter((item) => wasMadeBefore(item, madeBeforeMs)).map((item) => shownObject(resource, item));
  // Items of lists leave out what they are.
  const bare = shown.map(({ apiVersion: _version, kind: _kind, ...item }) => item);
  return { status: 200, body: { ...rest, apiVersion: resource.shown, items: bare } };
}

/** Times of creation are whole seconds, cut: what may be younger does not show. */
function wasMadeBefore({ metadata }: KubeObject, ms: number | undefined): boolean {
  const { creationTimestamp } = recordOf(metadata);
  return ms === undefined || Date.parse(String(creationTimestamp)) + 999 <= ms;
}

function create(resource: WrappedResource, call: Call, api: ApiServer): Promise<Answer> {
  const body = manifestIn(resource, call);
  return passed(resource, api, { method: "POST", path: pathBehind(resource, call.params["namespace"]), body });
}

function replace(resource: WrappedResource, call: Call, api: ApiServer): Promise<Answer> {
  return passed(resource, api, { method: "PUT", path: behindOf(resource, call), body: manifestIn(resource, call) });
}

function patch(resource: WrappedResource, call: Call, api: ApiServer): Promise<Answer> {
  const body = resource.toBehind(recordOf(parseJson(call.body)));
  const contentType = resource.patchType ?? "";
  return passed(resource, api, { method: "PATCH", path: behindOf(resource, call), body, contentType });
}

function remove(resource: WrappedResource, call: Call, api: ApiServer): Promise<Answer> {
  const body = { propagationPolicy: "Background" };
  return passed(resource, api, { method: "DELETE", path: behindOf(resource, call), body });
}

async function removeAll(resource: WrappedResource, call: Call, api: ApiServer): Promise<Answer> {
  const namespaces = call.params["namespace"] === undefined ? await namespacesOf(api) : [call.params["namespace"]];
  const answers: Answer[] = [];
  for (const namespace of namespaces) {
    const answer = await api.exchange({ method: "DELETE", path: pathBehind(resource, namespace) });
    answers.push({ status: answer.status, text: answer.text });
  }
  const answer = answers.find(({ status }) => status >= 300) ?? answers.at(-1) ?? { status: 200, body: {} };
  return { ...answer, logged: { effect: answer.status < 300 } };
}

async function namespacesOf(api: ApiServer): Promise<readonly string[]> {
  const path = "/api/v1/namespaces";
  const { items } = (await api.send({ method: "GET", path })) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

/** The answer of the API server, in the cloud's spelling. */
async function passed(resource: WrappedResource, api: ApiServer, request: ApiRequest): Promise<Answer> {
  const object = request.method === "POST" ? undefined : request.path;
  const { status, text, effect } = await handOn(api, request, object);
  const logged = { effect };
  if (status >= 300) return { status, text, logged };
  const answer = recordOf(parseExactly(text));
  return { status, body: answer["kind"] === "Status" ? answer : shownObject(resource, answer), logged };
}

/** Throws a `Refusal` where it is of another version or name than the path. */
function manifestIn(resource: WrappedResource, call: Call): KubeObject {
  const body = recordOf(parseJson(call.body));
  const { apiVersion = resource.shown, kind = resource.kind } = body;
  // The samples of 3.3 say so.
  const taken = resource.plural === "pods" ? [resource.shown, "core/v1"] : [resource.shown];
  if (!taken.includes(String(apiVersion))) {
    throw new Refusal(
      400,
      `the API version in the data (${String(apiVersion)}) is not ${resource.shown}`,
      "apiVersion",
    );
  }
  if (kind !== resource.kind) throw new Refusal(400, `${String(kind)} is not ${resource.kind}`, "kind");
  const { name } = recordOf(body["metadata"]);
  if (call.params["name"] !== undefined && name !== undefined && name !== call.params["name"]) {
    throw new Refusal(400, "the name of the object is not the name on the URL", "metadata.name");
  }
  return resource.toBehind({ ...body, apiVersion: resource.behind, kind });
}
