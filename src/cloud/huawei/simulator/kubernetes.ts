// The gateway into clusters (CCE API Reference 2, table Kubernetes API; 3.1; 7.1): Kubernetes' own paths on the host of a cluster, in front of
// a real API server. No long connections, no server-side apply, and of JSON Patch nothing but `add` and `replace`.
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import type { ApiRequest, ApiServer } from "../../simulation/kube/api-server.ts";
import { handOn } from "../../simulation/kube/effects.ts";
import { parseExactly } from "../../simulation/exact-json.ts";
import { parseJson, Refusal } from "../../simulation/refusal.ts";
import { requireClusterId } from "./addons.ts";
import { requireAvailable } from "./cluster-lifecycle.ts";
import type { Cce, CceTables } from "./state.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** `/api/v3` is the cloud's own. */
const PATHS = ["/api/v1", "/api/v1/*", "/apis", "/apis/*"] as const;

const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

/** Of the core group or another one, in a namespace or in all: what a list is read from. */
const COLLECTION = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/[^/]+)?\/[^/]+$/;

type Method = (typeof METHODS)[number];

/** Without an API server they answer 503. */
export function kubernetesRoutes(cce: Cce, api: ApiServer | undefined): Route<CceTables>[] {
  const answer = (method: Method, call: Call): Promise<Answer> => {
    requireAvailable(cce, requireClusterId(call, cce.store), "CCE.01403009");
    if (api === undefined) throw new Refusal(503, "what lies in clusters needs --kubeconfig");
    return pass(api, requestOf(method, call));
  };
  const lists = {
    isListRead: ({ path }: Call) => COLLECTION.test(path),
    emptyList: async (call: Call) => listed(await answer("GET", call), () => false),
  };
  const route = (method: Method, path: string): Route<CceTables> => ({
    method,
    path,
    bodyLimit: LARGEST_BODY_BYTES,
    async handle(call: Call, _view: unknown, ageMs?: number) {
      const real = await answer(method, call);
      return ageMs === undefined ? real : listed(real, wasMadeBefore(cce.timeline.now() - ageMs));
    },
  });
  return PATHS.flatMap((path) =>
    METHODS.map((method) => Object.assign(route(method, path), method === "GET" ? lists : {})),
  );
}

interface KubeItem {
  readonly metadata: { readonly creationTimestamp: string };
}

/** The list as the API server has it, with those items alone; a refusal as it is. */
function listed(answer: Answer, shows: (item: KubeItem) => boolean): Answer {
  if (answer.status >= 300 || answer.text === undefined) return answer;
  const list = parseExactly(answer.text) as { readonly items: readonly KubeItem[] };
  return { ...answer, text: JSON.stringify({ ...list, items: list.items.filter(shows) }) };
}

/** Times of creation are whole seconds, cut: what may be younger does not show. */
function wasMadeBefore(ms: number): (item: KubeItem) => boolean {
  return ({ metadata }) => Date.parse(metadata.creationTimestamp) + 999 <= ms;
}

async function pass(api: ApiServer, request: ApiRequest): Promise<Answer> {
  const object = request.method === "POST" ? undefined : request.path;
  const { status, text, effect } = await handOn(api, request, object);
  return { status, text, logged: { effect } };
}

/** Throws a `Refusal` for what a gateway does not hand on. */
function requestOf(method: ApiRequest["method"], call: Call): ApiRequest {
  if (["true", "1"].includes(call.query.get("watch") ?? "")) {
    throw new Refusal(400, "the gateway keeps no long connections: watch is not offered");
  }
  const contentType = (call.headers["content-type"] ?? "application/json").split(";")[0] ?? "";
  const body = call.body.length === 0 ? undefined : parseJson(call.body);
  if (method === "PATCH") assertOffered(contentType, body);
  return { method, path: call.path, query: Object.fromEntries(call.query), body, contentType };
}

const PATCHES: ReadonlySet<string> = new Set([
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
]);
const OPERATIONS: ReadonlySet<string> = new Set(["add", "replace"]);

/** 7.1. */
function assertOffered(contentType: string, body: unknown): void {
  if (!PATCHES.has(contentType)) throw new Refusal(415, `PATCH is not offered with ${contentType}`);
  const operations = Array.isArray(body) ? (body as readonly { op?: string }[]) : [];
  const odd = operations.find(({ op = "" }) => !OPERATIONS.has(op));
  if (odd) throw new Refusal(400, `the operation ${odd.op} is not offered`);
}
