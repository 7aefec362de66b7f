// What must hold for every status that a user ever sees: the rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus), messages
// that stay the same, and no secret anywhere.
import { expect, it } from "vitest";
import type { Stand } from "./environment.ts";
import type { Condition, Resource } from "./status-watch.ts";

/** One line for each rule that the status breaks. */
export function flawsOf(resource: Resource): string[] {
  const { status, metadata } = resource;
  const conditions = status.conditions ?? [];
  const is = (type: string, value: string): boolean => conditions.some((c) => c.type === type && c.status === value);
  const underWay = is("Reconciling", "True") || is("Stalled", "True");
  const rules: readonly (readonly [string, boolean])[] = [
    ["observedGeneration runs ahead", status.observedGeneration > metadata.generation],
    ["Ready is missing", status.observedGeneration >= 0 && !conditions.some(({ type }) => type === "Ready")],
    ["Reconciling and Stalled stand together", is("Reconciling", "True") && is("Stalled", "True")],
    ["Ready is True beside Reconciling or Stalled", is("Ready", "True") && underWay],
    ["Ready is not True and nothing says why", is("Ready", "False") && !underWay],
    ["Ready is Unknown and nothing is under way", is("Ready", "Unknown") && !is("Reconciling", "True")],
    ["Reconciling or Stalled is kept while False", is("Reconciling", "False") || is("Stalled", "False")],
    ["a condition stands twice", new Set(conditions.map(({ type }) => type)).size !== conditions.length],
  ];
  const broken = rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
  return [...broken, ...conditions.flatMap((condition) => flawsOfCondition(condition, metadata.generation))];
}

/** A time, a request id or an attempt in a message would make every visit write a new status. The id of a project stays. */
const UNSTABLE = /\d{4}-\d\d-\d\d[T ]\d\d:|\b\d\d:\d\d:\d\d\b|(?<!project=)\b[0-9a-f]{32}\b/i;

function flawsOfCondition({ type, reason, message, observedGeneration }: Condition, generation: number): string[] {
  const rules: readonly (readonly [string, boolean])[] = [
    ["has no message", message.trim() === ""],
    ["has a reason that is not CamelCase", !/^[A-Z][A-Za-z0-9]*$/.test(reason)],
    ["has a message that changes with time", UNSTABLE.test(message)],
    ["observed a generation that is still to come", (observedGeneration ?? 0) > generation],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => `${type} ${rule}: ${message}`);
}

/** Those of the texts in which one of the secrets stands, as it is or in base64, with the secret masked. */
export function textsWithSecrets(texts: readonly string[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")]);
  return texts
    .filter((text) => forms.some((form) => text.includes(form)))
    .map((text) => forms.reduce((masked, form) => masked.replaceAll(form, "[SECRET]"), text));
}

/** Adds the last test of a file: whatever its tests did, this held all the time. */
export function itStaysClean(standOf: () => Pick<Stand, "versions" | "events" | "operators" | "secrets">): void {
  it("has never shown a status that breaks kstatus, nor a secret, nor crashed", async () => {
    const stand = standOf();
    const versions = stand.versions();
    const flaws = versions.flatMap((version) => flawsOf(version).map((flaw) => `${version.metadata.name}: ${flaw}`));
    expect([...new Set(flaws)]).toEqual([]);

    const log = stand.operators.flatMap((operator) => operator.log);
    const events = await stand.events();
    const texts = [...versions.map(({ status }) => status), ...log, ...events].map((item) => JSON.stringify(item));
    expect(textsWithSecrets(texts, [...stand.secrets])).toEqual([]);

    expect(log.filter(({ level }) => ["error", "fatal", "unparsed"].includes(level))).toEqual([]);
    for (const { pid } of stand.operators) expect(process.kill(pid, 0)).toBe(true);
  });
}
