// From the table of calls to routes: products, both spellings of a trailing slash, calls that share a path, the session's cookie,
// and what the log says.
import { messageOf } from "../../../lib/errors.ts";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { CallSpec, Product } from "./calls.ts";
import { actionOf, CALLS } from "./calls.ts";
import type { Arrived, Operation, Operations } from "./request.ts";
import { Request } from "./request.ts";
import type { Asker, Sessions } from "./sessions.ts";
import type { Ecns, EcnsTables, EcnsView } from "./state.ts";
import { failure, ok, requestId } from "./wire.ts";

/** A tarball of an image is larger than any JSON. */
const LARGEST_BODY = 256 * 1024 * 1024;

interface Desk {
  readonly ecns: Ecns;
  readonly sessions: Sessions;
  readonly askerOf: (call: Call) => Asker;
}

/** One call with what answers it. */
interface Served {
  readonly spec: CallSpec;
  readonly operation: Operation;
}

/** Every call below `/api/ecns`; `operations` has one for each number, or this throws. */
export function ecnsRoutes(desk: Desk, operations: Operations): Route<EcnsTables>[] {
  const served = CALLS.filter(({ products }) => products.length > 0).map((spec) => ({
    spec,
    operation: operationOf(operations, spec.number),
  }));
  const byPath = Map.groupBy(served, ({ spec }) => `${spec.method} ${spec.path}`);
  return [...byPath.values()].flatMap((sharing) => routesOf(desk, sharing));
}

function operationOf(operations: Operations, number: number): Operation {
  const operation = operations[number];
  if (operation === undefined) throw new Error(`nothing answers call ${number}`);
  return typeof operation === "function" ? { handle: operation } : operation;
}

function routesOf({ ecns, sessions, askerOf }: Desk, sharing: readonly Served[]): Route<EcnsTables>[] {
  const [first] = sharing;
  if (first === undefined) return [];
  const { method, path } = first.spec;
  const list = sharing.find(({ operation }) => operation.empty !== undefined);
  const served = {
    method,
    bodyLimit: LARGEST_BODY,
    ...(list && { emptyList: { ...ok(list.operation.empty), headers: requestId() } }),
    handle: (call: Call, view: EcnsView, ageMs = 0) => {
      const product = productOf(call, first.spec);
      const chosen = choose(sharing, call, path);
      return answer({ ecns, sessions, call, product, view, ageMs, asker: askerOf(call) }, chosen);
    },
  };
  const root = `/api/ecns/:product${path}`;
  return [
    { ...served, path: root },
    { ...served, path: `${root}/` },
  ];
}

/** Throws 404 for one that has no such path. */
function productOf({ params, method, path }: Call, { products }: CallSpec): Product {
  const product = products.find((one) => one === params["product"]);
  if (product === undefined) throw new Refusal(404, `no such path: ${method} ${path}`);
  return product;
}

function choose(sharing: readonly Served[], call: Call, path: string): Served {
  const action = actionOf(call.method, path, call.query);
  const chosen = sharing.find(({ spec }) => spec.action === undefined || spec.action === action);
  if (chosen !== undefined) return chosen;
  const known = sharing.map(({ spec }) => spec.action).join(", ");
  throw new Refusal(400, `must be one of ${known}`, "action");
}

function answer(arrived: Arrived, { spec, operation }: Served): Answer | Promise<Answer> {
  const { ecns, sessions } = arrived;
  const version = (): number => ecns.store.version - sessions.writes;
  const request = new Request(arrived);
  const settle = (given: Answer, changed: boolean): Answer => finish({ arrived, request, spec }, given, changed);
  try {
    if (spec.inside) {
      request.place();
      if (ecns.clusters.api === undefined) throw new Refusal(503, "what acts inside a cluster needs --kubeconfig");
    }
    const before = version();
    const given = operation.handle(request);
    if (given instanceof Promise) {
      return given.catch(failed).then((settled) => settle(settled, request.changed));
    }
    return settle(given, request.changed || version() !== before);
  } catch (error) {
    return settle(failed(error), request.changed);
  }
}

/** A bug of the simulator shows as its message. */
function failed(error: unknown): Answer {
  return failure(error instanceof Refusal ? error.status : 500, messageOf(error));
}

interface Exchange {
  readonly arrived: Arrived;
  readonly request: Request;
  readonly spec: CallSpec;
}

/** Sessions come and go without anybody's `effect`: that a request moved one shows in its place. */
function finish({ arrived, request, spec }: Exchange, given: Answer, changed: boolean): Answer {
  const { session } = request;
  const cookie = session && arrived.sessions.cookieFor(arrived.asker, session);
  const place = session && `${session.cluster}/${session.namespace}`;
  return {
    ...given,
    headers: { ...requestId(), ...given.headers, ...(cookie !== undefined && { "set-cookie": cookie }) },
    logged: { call: spec.number, effect: changed, ...(place !== undefined && { place }) },
  };
}
