// What kinds a target serves, asked as far as anybody needs it (Kubernetes: discovery API), and remembered while the target is open.
import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { KindAbility, KindWanted } from "../facets/manifests.ts";
import { alternativesTo, spellingsOf } from "./spellings.ts";

/** A kind, and where its objects are in the API. */
export interface ServedKind extends KindAbility {
  readonly plural: string;
}

type Get = (path: string, signal: AbortSignal) => Promise<unknown>;

/** A definition that was just made shows soon. */
const FRESH_MS = 1_000;

const groupList = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      versions: z.array(z.object({ version: z.string() })),
      preferredVersion: z.object({ version: z.string() }).optional(),
    }),
  ),
});

const resourceList = z.object({
  resources: z
    .array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean(), verbs: z.array(z.string()) }))
    .nullable(),
});

const version = z.object({ major: z.string(), minor: z.string() });

interface Found {
  readonly plural: string;
  readonly namespaced: boolean;
}

export class Discovery {
  readonly #get: Get;
  readonly #clock: Clock;
  /** Versions by group, the preferred one first. */
  #groups: { readonly at: number; readonly versions: ReadonlyMap<string, readonly string[]> } | undefined;
  readonly #kinds = new Map<string, { readonly at: number; readonly byKind: ReadonlyMap<string, Found> }>();
  #merges: boolean | undefined;

  constructor({ get, clock }: { get: Get; clock: Clock }) {
    this.#get = get;
    this.#clock = clock;
  }

  async kindOf(wanted: KindWanted, signal: AbortSignal): Promise<ServedKind | undefined> {
    return (await this.#find(wanted, signal)) ?? (this.#forgetOld() ? this.#find(wanted, signal) : undefined);
  }

  /** Nothing that is older than a moment counts as an absence. */
  #forgetOld(): boolean {
    const before = this.#clock.monotonic() - FRESH_MS;
    const isOld = (this.#groups?.at ?? before) < before || [...this.#kinds.values()].some(({ at }) => at < before);
    if (!isOld) return false;
    this.#groups = undefined;
    this.#kinds.clear();
    return true;
  }

  async #find(wanted: KindWanted, signal: AbortSignal): Promise<ServedKind | undefined> {
    for (const apiVersion of await this.#candidates(wanted, signal)) {
      const found = (await this.#kindsIn(apiVersion, signal)).get(wanted.kind);
      if (found) return { ...found, ...(await this.#abilities(signal)), ...named(apiVersion, wanted.kind) };
    }
    return undefined;
  }

  /** Those of them that the target serves. */
  async #candidates({ group, version: asked, kind }: KindWanted, signal: AbortSignal): Promise<readonly string[]> {
    const groups = await this.#versions(signal);
    const served = (apiVersion: string): boolean => {
      const [ofGroup, ofVersion] = apartOf(apiVersion);
      return groups.get(ofGroup)?.includes(ofVersion) ?? false;
    };
    const versions = asked === undefined ? (groups.get(group) ?? []) : [asked];
    const asWritten = versions.map((each) => (group === "" ? each : `${group}/${each}`));
    const others =
      asked === undefined ? spellingsOf(group, kind) : asWritten.flatMap((each) => alternativesTo(each, kind));
    return [...new Set([...asWritten, ...others])].filter(served);
  }

  async #versions(signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
    if (this.#groups) return this.#groups.versions;
    const { groups } = groupList.parse(await this.#get("/apis", signal));
    const versions = groups.map(({ name, versions: all, preferredVersion }): [string, readonly string[]] => {
      const first = preferredVersion ? [preferredVersion.version] : [];
      return [name, [...new Set([...first, ...all.map((each) => each.version)])]];
    });
    this.#groups = { at: this.#clock.monotonic(), versions: new Map([["", ["v1"]], ...versions]) };
    return this.#groups.versions;
  }

  async #kindsIn(apiVersion: string, signal: AbortSignal): Promise<ReadonlyMap<string, Found>> {
    const known = this.#kinds.get(apiVersion);
    if (known) return known.byKind;
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = resourceList.parse(await this.#get(path, signal).catch(goneAsNothing));
    const whole = (resources ?? []).filter(({ name, verbs }) => !name.includes("/") && verbs.includes("get"));
    const byKind = new Map(whole.map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]));
    this.#kinds.set(apiVersion, { at: this.#clock.monotonic(), byKind });
    return byKind;
  }

  /** Server-side apply is there, and on, from Kubernetes 1.22. */
  async #abilities(
    signal: AbortSignal,
  ): Promise<Pick<KindAbility, "change" | "list" | "marks" | "selects" | "alsoTaken">> {
    this.#merges ??= mergesItself(await this.#get("/version", signal));
    return {
      change: this.#merges ? "ServerSide" : "Replace",
      list: "Objects",
      marks: "OnObject",
      selects: true,
      alsoTaken: [],
    };
  }
}

/** A group that was taken out between two questions. */
function goneAsNothing(error: unknown): unknown {
  if (error instanceof CloudError && error.kind === "NotServed") return { resources: [] };
  throw error;
}

function mergesItself(answer: unknown): boolean {
  const { major, minor } = version.parse(answer);
  // Clouds write 15+.
  return Number.parseInt(major, 10) > 1 || Number.parseInt(minor, 10) >= 22;
}

function apartOf(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function named(apiVersion: string, kind: string): Pick<KindAbility, "group" | "kind" | "apiVersion"> {
  return { group: apartOf(apiVersion)[0], kind, apiVersion };
}
