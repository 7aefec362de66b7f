// The applications facet of EasyStack (1.2, 1.8). Ids are CLUSTER/NAMESPACE/NAME; a name that was deleted and made again is another
// application. All calls act where the session stands, so that each is a part of a turn in the namespace (places/).
import {
  lookBy,
  type Accepted,
  type Created,
  type CreateAttempt,
  type Listed,
  type Refusal,
  type Stray,
  type WritePermit,
} from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  Application,
  ApplicationRequest,
  ApplicationsFacet,
  ApplicationsPlace,
  ClusterApplications,
  WorkloadRef,
} from "../facets/applications.ts";
import type { NamespacesFacet } from "../facets/namespaces.ts";
import { clockSkewMs } from "../http/answer.ts";
import { readBlock } from "../kit/settings.ts";
import { bodyFor, changesBy } from "./application-changes.ts";
import { create } from "./application-create.ts";
import { Preflight } from "./application-preflight.ts";
import { partsOf, type Parts } from "./application-request.ts";
import { leftOf } from "./application-residue.ts";
import { straysOf, unlessGone } from "./application-strays.ts";
import { ApplicationTurns, detailIn, isInUse, listIn, orWithoutNamespace } from "./application-turns.ts";
import {
  applicationOf,
  machineList,
  podList,
  SORTS,
  type ApplicationOnWire,
  type EasyStackApplication,
  type MachineOnWire,
  type Sort,
} from "./application-wire.ts";
import type { ApplicationFacts, ApplicationOptions } from "./blocks-application.ts";
import { easystack } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import type { EasyStackClusters } from "./clusters.ts";
import type { Places } from "./places/places.ts";
import type { Turn } from "./places/turn.ts";
import { readings } from "./times.ts";

interface ApplicationDeps {
  readonly client: ProjectClient;
  readonly clusters: Pick<EasyStackClusters, "get" | "places">;
  readonly namespaces: Pick<NamespacesFacet, "in">;
  readonly places: Places;
}

export function applicationsBy(deps: ApplicationDeps): ApplicationsFacet {
  return {
    in(at) {
      const turns = new ApplicationTurns(deps, at);
      return Object.assign(new EasyStackApplications({ ...deps, turns }, at), changesBy(turns));
    },
  };
}

/** All but what changes one that is there (application-changes.ts). */
type Unchanging = Omit<ClusterApplications, keyof ReturnType<typeof changesBy>>;

/** Of what a deletion takes along (1.2). */
const RESOURCES = { Nothing: undefined, Workloads: "workload", WorkloadsAndServices: "workload,service", All: "all" };

class EasyStackApplications implements Unchanging {
  readonly #deps: ApplicationDeps & { readonly turns: ApplicationTurns };
  readonly #turns: ApplicationTurns;
  readonly #at: ApplicationsPlace;
  readonly #options: ApplicationOptions;
  readonly #parts: Parts;
  /** As which it deals with applications; both where it takes over whichever is there. */
  readonly #sorts: readonly Sort[];

  constructor(deps: ApplicationDeps & { readonly turns: ApplicationTurns }, at: ApplicationsPlace) {
    this.#deps = deps;
    this.#turns = deps.turns;
    this.#at = at;
    this.#options = readBlock("spec.easystack", easystack.blocks.ManagedApplication.schema, at.options);
    this.#parts = partsOf(this.#options.hybrid);
    this.#sorts = sortsOf(this.#options, at);
  }

  /**
   * Those of its sort; none where the namespace is not there. Where one of each has a name, a resource that takes over whichever is there
   * means the normal one.
   */
  readonly list = async (signal: AbortSignal): Promise<Listed<EasyStackApplication>> => {
    const read = this.#turns.within(this.#sort, signal, async (turn) => {
      const each: Awaited<ReturnType<typeof listIn>>[] = [];
      for (const sort of this.#sorts) each.unshift(await listIn(turn, sort));
      return each;
    });
    const lists = await orWithoutNamespace(read, []);
    if (lists.length === 0) return { items: [], clockSkewMs: 0 };
    const all: EasyStackApplication[] = [];
    for (const { entries, sort } of lists) all.push(...(await this.#shown(entries, sort, signal)));
    const items = [...new Map(all.map((item) => [item.id, item])).values()];
    return { items, clockSkewMs: Math.max(...lists.map((list) => list.clockSkewMs)) };
  };

  readonly get = async (id: string, signal: AbortSignal): Promise<EasyStackApplication | "Absent"> =>
    orWithoutNamespace(this.#find(this.#nameIn(id), signal), "Absent");

  readonly look = lookBy(this.get);

  /** 1.13, of either sort. */
  readonly isTaken = (name: string, signal: AbortSignal): Promise<boolean> =>
    this.#turns.within(this.#sort, signal, (turn) => isInUse(turn, "Application", name));

  readonly idOf = (name: string): string => `${this.#turns.place}/${name}`;

  readonly check = async (name: string, signal: AbortSignal): Promise<Refusal | undefined> => {
    const { hybrid } = this.#options;
    if (hybrid === undefined) return undefined;
    const { client, clusters } = this.#deps;
    const preflight = new Preflight({ client, clusters, cluster: this.#at.cluster.id, hybrid, parts: this.#parts });
    const refusal = await preflight.refusal(signal);
    if (refusal) return refusal;
    return this.#turns.within("Hybrid", signal, (turn) => preflight.refusalIn(turn, name));
  };

  readonly create = async (request: ApplicationRequest, permit: WritePermit): Promise<Created> => {
    const making = { turns: this.#turns, sort: this.#sort, hybrid: this.#options.hybrid, parts: this.#parts };
    await create(making, request, permit);
    return { id: this.idOf(request.name) };
  };

  /** One request; its answer proves nothing, whatever it is: "normal code 404" (1.2). */
  readonly remove = async (id: string, permit: WritePermit): Promise<Accepted> => {
    const name = this.#nameIn(id);
    const [sort = "Normal"] = await this.#sortsThere(name, permit.signal);
    const resource = RESOURCES[this.#at.contents];
    await this.#turns.within(sort, permit.signal, async (turn) => {
      const body = bodyFor({ name, sort });
      const query = resource === undefined ? [] : ([["resource", resource]] as const);
      await turn.write({ operation: "DeleteApplication", query, body }).catch(unlessGone);
    });
    return {};
  };

  /** No word for one that is going is told. */
  readonly isLeaving = (): boolean => false;

  readonly bearsMark = ({ mark }: Application, { nonce }: CreateAttempt): boolean => mark === nonce;

  /** In all other namespaces of the project: an application names no place. */
  readonly strays = (name: string, { nonce }: CreateAttempt, signal: AbortSignal): Promise<readonly Stray[]> => {
    const machines = this.#options.hybrid?.virtualMachines ?? [];
    const isUntouched = (application: EasyStackApplication): boolean =>
      application.workloads.every((one) =>
        this.own.some(({ kind, name: own }) => kind === one.kind && own === one.name),
      ) && application.machines.every((machine) => machines.some(({ name: own }) => own === machine));
    const seeking = { ...this.#deps, sort: this.#sort, meant: this.#turns.placeOf(this.#sort), isUntouched };
    return straysOf(seeking, { name, nonce }, signal);
  };

  readonly idsAreNames = true;
  readonly idsAreUniversal = false;
  /** Names are unique in a namespace: a second POST of the same one is refused. */
  readonly resendIsSafe = true;

  readonly hasPodsSince = async (
    { workloads }: Application,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { pods, skewMs } = await this.#turns.within(this.#sort, signal, async (turn) => {
      const { value, answer } = await turn.readAnswer({ operation: "ListPods" }, podList);
      return { pods: value, skewMs: clockSkewMs(answer) ?? 0 };
    });
    const ours = pods.filter(({ name }) => workloads.some((workload) => name.startsWith(`${workload.name}-`)));
    return ours.some((pod) => readings(pod.creation_time).some((ms) => ms - skewMs >= sinceMs));
  };

  readonly missing = async (members: readonly WorkloadRef[], signal: AbortSignal): Promise<readonly WorkloadRef[]> => {
    if (members.length === 0) return [];
    return this.#turns.within(this.#sort, signal, async (turn) => {
      const absent: WorkloadRef[] = [];
      for (const member of members) if (!(await isInUse(turn, member.kind, member.name))) absent.push(member);
      return absent;
    });
  };

  readonly lacking = (application: Application): readonly string[] => {
    const { machines: there, workloads } = application as EasyStackApplication;
    const { hybrid } = this.#options;
    const machines = hybrid?.virtualMachines ?? [];
    return [
      ...machines.filter(({ name }) => !there.includes(name)).map(({ name }) => `virtual machine ${name}`),
      ...this.own
        .filter((one) => !workloads.some(({ kind, name }) => kind === one.kind && name === one.name))
        .map(({ kind, name }) => `${kind} ${name}`),
    ];
  };

  get own(): readonly WorkloadRef[] {
    return this.#parts.workloads.map(({ form: { workload_base: base } }) => ({ kind: base.type, name: base.name }));
  }

  readonly left = async (signal: AbortSignal): Promise<readonly string[]> => {
    const facts: ApplicationFacts = this.#at.told;
    if (!this.#sorts.includes("Hybrid")) return [];
    return leftOf({ ...this.#deps, cluster: this.#at.cluster.id, hybrid: this.#options.hybrid }, facts, signal);
  };

  get part(): NonNullable<ClusterApplications["part"]> {
    return { key: this.#sorts.join("+"), mayHold: (id) => id.startsWith(`${this.#turns.place}/`) };
  }

  /** The first of them. */
  get #sort(): Sort {
    return this.#sorts[0] ?? "Normal";
  }

  async #find(name: string, signal: AbortSignal): Promise<EasyStackApplication | "Absent"> {
    for (const sort of this.#sorts) {
      const found = await this.#turns.within(sort, signal, (turn) => detailIn(turn, name, sort));
      if (found !== "Absent") return this.#one(found, sort, signal);
    }
    await this.#assertAbsent(name, signal);
    return "Absent";
  }

  /** The sorts, with that of the application that is there first. */
  async #sortsThere(name: string, signal: AbortSignal): Promise<readonly Sort[]> {
    if (this.#sorts.length === 1) return this.#sorts;
    const isNormal = await this.#turns.within("Normal", signal, (turn) => detailIn(turn, name, "Normal"));
    return isNormal === "Absent" ? ["Hybrid"] : ["Normal"];
  }

  /** Throws CloudError Unavailable unless two turns find neither it nor its name, which the other sort's may have. */
  async #assertAbsent(name: string, signal: AbortSignal): Promise<void> {
    const isMissing = async (turn: Turn): Promise<boolean> => {
      for (const one of this.#sorts) if ((await detailIn(turn, name, one)) !== "Absent") return false;
      if (!(await isInUse(turn, "Application", name))) return true;
      const others = SORTS.filter((one) => !this.#sorts.includes(one));
      for (const one of others) if ((await detailIn(turn, name, one)) !== "Absent") return true;
      return false;
    };
    if (await this.#turns.isAbsent(this.#sort, signal, isMissing)) return;
    const message = `Application ${this.idOf(name)} is not shown by its name, and the name is in use`;
    throw new CloudError("Unavailable", { message });
  }

  async #one(wire: ApplicationOnWire, sort: Sort, signal: AbortSignal): Promise<EasyStackApplication> {
    const [one] = await this.#shown([wire], sort, signal);
    return one as EasyStackApplication;
  }

  /** With their servers, which have a list of their own where the application does not tell them. */
  async #shown(
    wires: readonly ApplicationOnWire[],
    sort: Sort,
    signal: AbortSignal,
  ): Promise<readonly EasyStackApplication[]> {
    const isTold = sort === "Normal" || wires.every(({ vms_status: told }) => told !== undefined);
    const listed = isTold ? [] : await this.#machines(signal);
    return wires.map((wire) => {
      const { name } = wire.application;
      const machines = wire.vms_status ?? listed.filter((machine) => machine.application_name === name);
      return applicationOf(wire, { place: this.#turns.place, sort, machines: sort === "Normal" ? [] : machines });
    });
  }

  #machines(signal: AbortSignal): Promise<readonly MachineOnWire[]> {
    return this.#turns.within("Hybrid", signal, (turn) => turn.read({ operation: "ListMachines" }, machineList));
  }

  /** Throws CloudError Rejected where the id is of no application of this namespace. */
  #nameIn(id: string): string {
    const name = id.startsWith(`${this.#turns.place}/`) ? id.slice(this.#turns.place.length + 1) : "";
    if (name !== "" && !name.includes("/")) return name;
    const message = `${id} is the id of no application in ${this.#turns.place}: that is CLUSTER/NAMESPACE/NAME`;
    const advice = "Correct spec.externalId, spec.clusterRef or spec.targetNamespace in a new resource";
    throw new CloudError("Rejected", { message, advice });
  }
}

/** What is made is of the declared sort; one that is taken over is of the sort that it had when it was. */
function sortsOf({ hybrid }: ApplicationOptions, { isAdopted, told }: ApplicationsPlace): readonly Sort[] {
  if (hybrid !== undefined) return ["Hybrid"];
  const { type }: ApplicationFacts = told;
  if (type !== undefined) return [type];
  return isAdopted ? SORTS : ["Normal"];
}
