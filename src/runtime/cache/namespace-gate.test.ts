// Which namespaces are worked on, by what their caches say.
import { describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { NamespaceGate } from "./namespace-gate.ts";

const KINDS = ["CloudAccount", "RegistryProject"];

type Says = "Loading" | "Synced" | "Refused";

/** Two kinds in each namespace; without any, in all of them as one. */
function setUp(...namespaces: string[]) {
  const said = new Map<string, Says>();
  const listeners: (() => void)[] = [];
  const lines: { level: string; namespace?: string; refusal?: string }[] = [];
  const log = createLogger({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;
  const caches = KINDS.map((kind) => ({
    get status() {
      return scopes.map((namespace) => {
        const says = said.get(`${namespace}/${kind}`) ?? "Loading";
        const refused = says === "Refused";
        return { kind, namespace, hasSynced: says === "Synced", refused, failure: refused ? "403 not you" : undefined };
      });
    },
    onProgress: (listener: () => void) => void listeners.push(listener),
  }));
  const gate = new NamespaceGate({ caches, namespaces, log });
  const says = (namespace: string | undefined, what: Says, kinds: readonly string[] = KINDS): void => {
    for (const kind of kinds) said.set(`${namespace}/${kind}`, what);
    for (const listener of listeners) listener();
  };
  return { gate, says, lines };
}

describe("an operator of some namespaces", () => {
  it("R14: begins when all of them are complete", async () => {
    const { gate, says, lines } = setUp("a", "b");
    says("a", "Synced");
    says("b", "Synced", ["CloudAccount"]);
    expect([gate.hasOpened, gate.isOpen("a"), gate.isOpen("b")]).toEqual([false, true, false]);
    says("b", "Synced");
    await gate.opened;
    expect([gate.hasOpened, gate.isOpen("b")]).toEqual([true, true]);
    expect(lines).toEqual([]);
  });

  it("R14: leaves out the one that it may not read, says so once, and takes it in when it may", async () => {
    const { gate, says, lines } = setUp("good", "bad");
    const opened: string[] = [];
    gate.whenOpen("bad", () => opened.push("bad"));
    says("bad", "Refused");
    expect(gate.hasOpened).toBe(false);
    says("good", "Synced");
    await gate.opened;
    says("bad", "Refused");
    expect([gate.isOpen("good"), gate.isOpen("bad")]).toEqual([true, false]);
    expect(gate.unread(() => true)).toEqual(["what lies in namespace bad, which can't be read"]);
    expect(gate.unread((namespace) => namespace !== "bad")).toEqual([]);
    expect(lines).toMatchObject([{ level: "warn", namespace: "bad", refusal: "403 not you" }]);

    says("bad", "Synced", ["CloudAccount"]);
    expect(opened).toEqual([]);
    says("bad", "Synced");
    says("bad", "Synced");
    expect([opened, gate.isOpen("bad"), gate.unread(() => true)]).toEqual([["bad"], true, []]);
    expect(lines.slice(1)).toMatchObject([{ level: "info", namespace: "bad" }]);
  });

  it("R14: does not work on one that it may read by half", async () => {
    const { gate, says } = setUp("good", "half");
    says("half", "Synced", ["CloudAccount"]);
    says("half", "Refused", ["RegistryProject"]);
    says("good", "Synced");
    await gate.opened;
    expect(gate.isOpen("half")).toBe(false);
  });

  it("R14: goes on working on one that it may read no more: its caches are as old as that", async () => {
    const { gate, says } = setUp("a", "b");
    says("a", "Synced");
    says("b", "Synced");
    await gate.opened;
    says("b", "Refused", []);
    expect(gate.isOpen("b")).toBe(true);
  });

  it("R14: does not begin where it may read none", () => {
    const { gate, says } = setUp("a", "b");
    says("a", "Refused");
    says("b", "Refused");
    expect(gate.hasOpened).toBe(false);
  });

  it("R14: waits for one that is only slow", () => {
    const { gate, says } = setUp("a", "slow", "refused");
    says("refused", "Refused");
    says("a", "Synced");
    expect(gate.hasOpened).toBe(false);
    says("slow", "Synced");
    expect(gate.hasOpened).toBe(true);
  });
});

it("R14: An operator of all namespaces begins when its caches are complete, and not before it may read them", async () => {
  const { gate, says, lines } = setUp();
  expect(gate.isOpen("any")).toBe(true);
  says(undefined, "Synced", ["CloudAccount"]);
  says(undefined, "Refused", ["RegistryProject"]);
  expect([gate.hasOpened, gate.unread(() => true)]).toEqual([false, []]);
  says(undefined, "Synced");
  await gate.opened;
  expect(lines).toEqual([]);
});
