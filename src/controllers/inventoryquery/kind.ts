// InventoryQuery, as the operator knows it: a visit asks once, and what comes back is the status.
import { InventoryQueryReason as Reason } from "../../crds/inventoryquery/conditions.ts";
import { inventoryQuery, LONGEST_VALUE } from "../../crds/inventoryquery/kind.ts";
import type { InventoryQuery } from "../../crds/inventoryquery/schema.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { CloudError } from "../../cloud/errors.ts";
import { WaitingError } from "../../lib/errors.ts";
import { cutTo } from "../../lib/text.ts";
import { accountOf } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import { refTo } from "../external/parent.ts";
import { askInventory, valuesOf, type AnswerRow, type Question } from "../inventory/asking.ts";
import type { Outcome, Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";

export const inventoryQueries = controlled<InventoryQuery>({
  kind: inventoryQuery,
  facet: "inventory",
  parentOf: (query) => refTo("CloudAccount", accountOf(query)),
  cloudName: undefined,
  // It only reads, and holds nothing there.
  needsParent: () => false,
  contentOf: undefined,
  publishes: false,
  holdsNothing: true,
  rules: [],
  steps: (deps) => new InventoryQuerySteps(deps),
});

/** One of what the facet is about, in messages. */
const NOUN = "inventory";
const GATE_POLL_MS = 5_000;
const CLUSTER_POLL_MS = 10_000;
const DEFAULT_WINDOW_S = 3_600;
const LONGEST_NAME = 253;
const MOST_BYTES = 16 * 1024;

type Item = NonNullable<InventoryQuery["status"]["items"]>[number];

class InventoryQuerySteps implements Steps<InventoryQuery> {
  readonly #deps: KindDeps<InventoryQuery>;

  constructor(deps: KindDeps<InventoryQuery>) {
    this.#deps = deps;
  }

  async apply(visit: Visit<InventoryQuery>): Promise<Outcome> {
    const query = visit.object;
    const clusterId = query.spec.clusterId ?? this.#clusterIdOf(query);
    const { rows, isCut } = await this.#ask(questionOf(query, clusterId), visit);
    const items = fitting(itemsOf(rows, query));
    visit.status.total = rows.length;
    visit.status.truncated = isCut || items.length < rows.length;
    visit.status.items = items;
    return conclusionOf(query, rows.length);
  }

  /** It stands for nothing. */
  finalize(): Promise<"Released"> {
    return Promise.resolve("Released");
  }

  async #ask(question: Question, { object, signal }: Visit<InventoryQuery>): ReturnType<typeof askInventory> {
    const { accounts, clock, recheck } = this.#deps;
    const { facet } = accounts.use(object, "inventory", NOUN);
    try {
      return await askInventory(facet, question, { nowMs: clock.now(), signal });
    } catch (error) {
      if (error instanceof CloudError && error.kind === "Unauthenticated") recheck(accountOf(object));
      throw error;
    }
  }

  #clusterIdOf({ spec, metadata }: InventoryQuery): string {
    const name = spec.clusterRef?.name ?? "";
    const cluster = this.#deps.views.get("ManagedCluster")?.store.get(`${metadata.namespace}/${name}`);
    const id = (cluster as unknown as ManagedCluster | undefined)?.spec.inventoryClusterId;
    if (id !== undefined) return id;
    const why = cluster ? "has no spec.inventoryClusterId. Set it" : "does not exist. Create it";
    const message = `ManagedCluster ${metadata.namespace}/${name} ${why}`;
    throw new WaitingError({ reason: Reason.ClusterNotInInventory, message, pollAfterMs: CLUSTER_POLL_MS });
  }
}

function questionOf({ spec }: InventoryQuery, clusterId: string): Question {
  const { environment, resource, filters = {}, windowSeconds = DEFAULT_WINDOW_S, columns = [] } = spec;
  return { clusterId, environment, resource, filters, windowSeconds, paths: columns.map(({ path }) => path) };
}

function itemsOf(rows: readonly AnswerRow[], { spec }: InventoryQuery): readonly Item[] {
  return rows.slice(0, spec.maxItems).map((row) => itemOf(row, spec.columns ?? []));
}

function itemOf(row: AnswerRow, columns: NonNullable<InventoryQuery["spec"]["columns"]>): Item {
  return {
    ...(row.namespace !== undefined && { namespace: cutTo(row.namespace, LONGEST_NAME) }),
    name: cutTo(row.name, LONGEST_NAME),
    ...(columns.length > 0 && { values: valuesOf(row, columns, LONGEST_VALUE) }),
  };
}

/** As many of the first as fit. */
function fitting(items: readonly Item[]): readonly Item[] {
  let bytes = 2;
  const most = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > MOST_BYTES;
  });
  return most === -1 ? items : items.slice(0, most);
}

/** Throws WaitingError NotAsExpected. */
function conclusionOf({ spec }: InventoryQuery, total: number): Outcome {
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = spec.expect ?? {};
  const found = `${total} of ${spec.resource} match`;
  if (total >= atLeast && total <= atMost) return { state: "Ready", reason: Reason.Queried, message: found };
  const wanted = total < atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
  throw new WaitingError({
    reason: Reason.NotAsExpected,
    message: `${found}, and ${wanted} are expected`,
    pollAfterMs: GATE_POLL_MS,
  });
}
