import { describe, expect, it } from "vitest";
import { cachesAbsent, cachesAlive, cachesRefused, cachesSynced, reportCheck, reportChecks } from "./health-checks.ts";
import type { ReflectorStatus } from "../cache/reflector-status.ts";

const fine = (): undefined => undefined;
const broken = (): string => "it broke";
const plain = { verbose: false, exclude: [] };

describe("reportChecks", () => {
  it("R23: says ok and nothing else when all is well", () => {
    expect(reportChecks("healthz", { a: fine, b: fine }, plain)).toEqual({ status: 200, body: "ok" });
  });

  it("R23: names each check with ?verbose", () => {
    expect(reportChecks("readyz", { a: fine, b: fine }, { verbose: true, exclude: [] })).toEqual({
      status: 200,
      body: "[+]a ok\n[+]b ok\nreadyz check passed\n",
    });
  });

  it("R23: fails with the reason when one check fails", () => {
    expect(reportChecks("readyz", { a: fine, b: broken }, plain)).toEqual({
      status: 500,
      body: "[+]a ok\n[-]b failed: it broke\nreadyz check failed\n",
    });
  });

  it("leaves excluded checks out, and warns of names that it does not know", () => {
    expect(reportChecks("readyz", { a: fine, b: broken }, { verbose: true, exclude: ["b", "c"] })).toEqual({
      status: 200,
      body:
        "[+]a ok\n[+]b excluded: ok\n" +
        'warn: some health checks cannot be excluded: no matches for "c"\nreadyz check passed\n',
    });
  });

  it("shows notes whatever the checks say, without failing for them", () => {
    const notes = { caches: () => "CloudAccount in bad may not be read", election: fine };
    expect(reportChecks("readyz", { a: fine }, { ...plain, notes })).toEqual({
      status: 200,
      body: "ok\n[!]caches: CloudAccount in bad may not be read",
    });
    expect(reportChecks("readyz", { a: broken }, { ...plain, notes }).body).toBe(
      "[-]a failed: it broke\n[!]caches: CloudAccount in bad may not be read\nreadyz check failed\n",
    );
  });

  it("is fine without any check", () => {
    expect(reportChecks("healthz", {}, plain)).toEqual({ status: 200, body: "ok" });
  });
});

describe("reportCheck", () => {
  it("tells of one check", () => {
    expect(reportCheck(fine)).toEqual({ status: 200, body: "ok" });
    expect(reportCheck(broken)).toEqual({ status: 500, body: "internal server error: it broke\n" });
  });
});

const synced: ReflectorStatus = {
  kind: "RegistryProject",
  namespace: undefined,
  state: "Watching",
  hasSynced: true,
  unsyncedMs: 0,
  idleMs: 0,
  ageMs: 0,
  failure: undefined,
  refused: false,
  absent: false,
};

describe("cachesSynced", () => {
  it("R14: waits for the first lists, and after two minutes says which kind is late and why", () => {
    let statuses: ReflectorStatus[] = [synced, { ...synced, kind: "CloudAccount", hasSynced: false, unsyncedMs: 5000 }];
    const check = cachesSynced(() => statuses);
    expect(check()).toBe("waiting for the first list: CloudAccount");

    const failure = "GET /apis/yunfan.dev/v1alpha1/cloudaccounts: 403 forbidden";
    statuses = [synced, { ...statuses[1]!, namespace: "shop", unsyncedMs: 120_001, failure }];
    expect(check()).toBe(`no complete list after 2 min: CloudAccount in shop (${failure})`);

    statuses = [synced];
    expect(check()).toBeUndefined();
  });
});

describe("cachesRefused", () => {
  it("R14: names every kind and namespace that may not be read, with the server's words", () => {
    const failure = "GET /apis/yunfan.dev/v1alpha1/namespaces/bad/cloudaccounts: 403 forbidden";
    let statuses: ReflectorStatus[] = [synced];
    const note = cachesRefused(() => statuses);
    expect(note()).toBeUndefined();
    statuses = [
      synced,
      { ...synced, kind: "CloudAccount", namespace: "bad", hasSynced: false, refused: true, failure },
    ];
    expect(note()).toBe(`may not be read: CloudAccount in bad (${failure})`);
  });
});

describe("cachesAbsent", () => {
  it("R14: names every kind that is not served once, and what to do", () => {
    let statuses: ReflectorStatus[] = [synced];
    const note = cachesAbsent(() => statuses, "Apply it");
    expect(note()).toBeUndefined();
    const absent = { ...synced, kind: "NodePool", absent: true };
    statuses = [synced, { ...absent, namespace: "a" }, { ...absent, namespace: "b" }];
    expect(note()).toBe("no CRD, and counted as empty: NodePool. Apply it");
  });
});

describe("cachesAlive", () => {
  it("R23: fails when a reflector hangs, and not while its API server is away", () => {
    let status: ReflectorStatus = { ...synced, ageMs: 3_600_000, idleMs: 30_000, failure: "connection refused" };
    const check = cachesAlive(() => [status]);
    expect(check()).toBeUndefined();

    status = { ...synced, idleMs: 120_001 };
    expect(check()).toBe("no activity for 2 min: RegistryProject");
  });
});
