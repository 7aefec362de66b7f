// Watch data (Watch类数据): nodes in ZooKeeper, where other modules watch them. Over HTTP they are only read and written.
import type { Answer, Call } from "../../simulation/cloud.ts";
import { reportedIn } from "./bodies.ts";
import type { Handlers } from "./routes.ts";
import { extraConditions, inOrder, meets, selectFields } from "./selection.ts";
import type { Bcs, BcsView, ResourceKey, WatchNode } from "./state.ts";
import { isoNow, resourceId } from "./state.ts";
import type { Row } from "./wire.ts";
import { pathPart, StoreFailure, success } from "./wire.ts";

export function watchHandlers(bcs: Bcs) {
  return {
    getWatch: { handle: (call, view) => get(bcs, call, view) },
    putWatch: {
      handle(call) {
        const data = reportedIn(call, bcs);
        if (!isObject(data) && bcs.rules.choices.watchData === "Disconnect") return "Drop";
        if (!isObject(data) && bcs.rules.choices.watchData === "Refuse") throw new StoreFailure("BadBody");
        putWatch(bcs, keyOf(call), stamped(bcs, data));
        return success(bcs.rules);
      },
    },
    deleteWatch: {
      handle(call) {
        const id = resourceId(keyOf(call));
        if (bcs.store.get("watches", id) === undefined && bcs.rules.choices.deleteMissing === "Fail") {
          throw new StoreFailure("Operation");
        }
        bcs.store.remove("watches", id);
        return success(bcs.rules);
      },
    },
    listWatch: { emptyList: success(bcs.rules, []), handle: (call, view) => list(bcs, call, view) },
  } satisfies Handlers;
}

type WatchKey = ResourceKey & { readonly namespace: string };

/** Puts a node by its key; null leaves it empty. */
export function putWatch(bcs: Bcs, key: WatchKey, data: unknown, updatedAt: string = isoNow(bcs)): WatchNode {
  const id = resourceId(key);
  const createdAt = bcs.store.get("watches", id)?.createdAt ?? updatedAt;
  const { clusterId, namespace, resourceType, resourceName } = key;
  const node = { id, name: resourceName, createdAt, updatedAt, clusterId, namespace, resourceType, resourceName, data };
  bcs.store.put("watches", node);
  return node;
}

function keyOf(call: Call): WatchKey {
  return {
    clusterId: pathPart(call, "clusterId"),
    namespace: pathPart(call, "namespace"),
    resourceType: pathPart(call, "resourceType"),
    resourceName: pathPart(call, "resourceName"),
  };
}

function get(bcs: Bcs, call: Call, view: BcsView): Answer {
  const key = keyOf(call);
  const node = view.get("watches", resourceId(key));
  if (node !== undefined && node.data !== null) return success(bcs.rules, node.data);
  if (node === undefined && bcs.rules.choices.watchGetMissing === "CreateNode") putWatch(bcs, key, null);
  throw new StoreFailure("Operation");
}

function stamped(bcs: Bcs, data: unknown): unknown {
  return bcs.rules.choices.watchStamp === "None" || !isObject(data) ? data : { ...data, updateTime: isoNow(bcs) };
}

function isObject(data: unknown): data is Row {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function list(bcs: Bcs, call: Call, view: BcsView): Answer {
  const { choices } = bcs.rules;
  const nodes = inOrder(ofType(call, view), choices.listOrder === "Created");
  if (choices.watchList === "Values") return success(bcs.rules, valuesOf(bcs, call, nodes));
  const named = choices.watchList === "AllNames" ? nodes : nodes.filter((node) => isInNamespace(node, call));
  return success(
    bcs.rules,
    named.map(({ namespace, resourceName }) => `${namespace}.${resourceName}`),
  );
}

function ofType(call: Call, view: BcsView): WatchNode[] {
  const clusterId = pathPart(call, "clusterId");
  const type = pathPart(call, "resourceType");
  return view.list("watches").filter((node) => node.clusterId === clusterId && node.resourceType === type);
}

function isInNamespace({ namespace }: WatchNode, call: Call): boolean {
  return namespace === pathPart(call, "namespace");
}

/** What was reported to the namespace; `extra` and `field` concern the values themselves. */
function valuesOf(bcs: Bcs, call: Call, nodes: readonly WatchNode[]): unknown[] {
  const conditions = extraConditions(call, bcs, "Equal");
  const field = call.query.get("field");
  return nodes
    .filter((node) => isInNamespace(node, call) && meets({ data: node.data, ...asRow(node.data) }, conditions))
    .map(({ data }) => (isObject(data) ? selectFields(data, field) : data));
}

function asRow(data: unknown): Row {
  return isObject(data) ? data : {};
}
