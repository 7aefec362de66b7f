// What kinds a target serves, asked as far as anybody needs it (Kubernetes: discovery API), and remembered while the target is open.
import * as z from "zod";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { KindAbility, KindWanted } from "../facets/manifests.ts";
import { alternativesTo, spellingsOf } from "./spellings.ts";

/** A kind, and where its objects are in the API. */
export interface ServedKind extends KindAbility {
  readonly plural: string;
}

type Get = (path: readonly string[], signal: AbortSignal) => Promise<unknown>;

/** How a target is written to: as the version that it says it is can, or by whole objects whatever it says. */
export type Writing = "AsServed" | "Replace";

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

type Versions = ReadonlyMap<string, readonly string[]>;

/** Where nobody tells which there are, and an object of the inventory does not say in which it was sent. */
const USUAL_VERSIONS = ["v1", "v1beta1"];

interface Found {
  readonly plural: string;
  readonly namespaced: boolean;
}

export class Discovery {
  readonly #get: Get;
  readonly #clock: Clock;
  readonly #writing: Writing;
  /** Versions by group, the preferred one first; undefined within where nobody tells them. */
  #groups: { readonly at: number; readonly versions: Versions | undefined } | undefined;
  readonly #kinds = new Map<string, { readonly at: number; readonly byKind: ReadonlyMap<string, Found> }>();
  #merges: boolean | undefined;

  constructor({ get, clock, writing }: { get: Get; clock: Clock; writing: Writing }) {
    this.#get = get;
    this.#clock = clock;
    this.#writing = writing;
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
      return groups?.get(ofGroup)?.includes(ofVersion) ?? groups === undefined;
    };
    const versions = asked === undefined ? (groups ? (groups.get(group) ?? []) : USUAL_VERSIONS) : [asked];
    const asWritten = versions.map((each) => (group === "" ? each : `${group}/${each}`));
    const others =
      asked === undefined ? spellingsOf(group, kind) : asWritten.flatMap((each) => alternativesTo(each, kind));
    return [...new Set([...asWritten, ...others])].filter(served);
  }

  /** Undefined where a gateway has no such list: then a version is served where its kinds are. */
  async #versions(signal: AbortSignal): Promise<Versions | undefined> {
    if (this.#groups) return this.#groups.versions;
    const answer = await this.#get(["apis"], signal).catch((error: unknown) => this.#unserved(error));
    this.#groups = { at: this.#clock.monotonic(), versions: answer === undefined ? undefined : versionsIn(answer) };
    return this.#groups.versions;
  }

  async #kindsIn(apiVersion: string, signal: AbortSignal): Promise<ReadonlyMap<string, Found>> {
    const known = this.#kinds.get(apiVersion);
    if (known) return known.byKind;
    const path = [apiVersion.includes("/") ? "apis" : "api", ...apiVersion.split("/")];
    const answer = await this.#get(path, signal).catch((error: unknown) => this.#unserved(error));
    const { resources } = resourceList.parse(answer ?? { resources: [] });
    const whole = (resources ?? []).filter(({ name, verbs }) => !name.includes("/") && verbs.includes("get"));
    const byKind = new Map(whole.map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]));
    this.#kinds.set(apiVersion, { at: this.#clock.monotonic(), byKind });
    return byKind;
  }

  /**
   * A group that was taken out between two questions, or a list that a gateway does not hand on: by Kubernetes' own word. A load balancer
   * whose route is out for a moment says 404 as well, and knows of no kinds; all is asked anew then.
   */
  #unserved(error: unknown): undefined {
    if (!(error instanceof CloudError) || error.kind !== "NotServed") throw error;
    if (isOwnWord(error)) return undefined;
    this.#groups = undefined;
    this.#kinds.clear();
    const message = `${error.message}. That is not Kubernetes' own answer: see what is between`;
    throw new CloudError("Unavailable", { message, codes: error.codes, advice: "", cause: error });
  }

  /** Server-side apply is there, and on, from Kubernetes 1.22. */
  async #abilities(
    signal: AbortSignal,
  ): Promise<Pick<KindAbility, "change" | "list" | "marks" | "selects" | "alsoTaken">> {
    if (this.#writing === "AsServed") this.#merges ??= mergesItself(await this.#get(["version"], signal));
    return {
      change: this.#merges === true ? "ServerSide" : "Replace",
      list: "Objects",
      marks: "OnObject",
      selects: true,
      alsoTaken: [],
    };
  }
}

function versionsIn(answer: unknown): Versions {
  const versions = groupList
    .parse(answer)
    .groups.map(({ name, versions: all, preferredVersion }): [string, readonly string[]] => {
      const first = preferredVersion ? [preferredVersion.version] : [];
      return [name, [...new Set([...first, ...all.map((each) => each.version)])]];
    });
  return new Map([["", ["v1"]], ...versions]);
}

/** A Status has a reason for its code; what is none has the number alone. */
function isOwnWord({ codes }: CloudError): boolean {
  return !codes.some((code) => /^\d+$/.test(code));
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
