// The proxy itself: what it says it did to a write is what the real server saw.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HttpKubeClient } from "../../../src/kube/client.ts";
import { KubeUnreachableError } from "../../../src/kube/errors.ts";
import type { ResourceType } from "../../../src/kube/types.ts";
import { sharedControlPlane, uniqueNamespace } from "./controlplane.ts";
import { eventually } from "../environment/eventually.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "./fault-proxy.ts";
import { rejectionOf } from "../environment/rejection.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "./transports.ts";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};

let namespace: string;
let proxy: FaultProxy;
let client: HttpKubeClient;

beforeAll(async () => {
  namespace = await uniqueNamespace(sharedControlPlane().kubectl, "faults");
});

beforeEach(async () => {
  proxy = untilTestEnds(await startFaultProxy(await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath)));
  client = new HttpKubeClient(untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url }))));
});

const create = (name: string): Promise<unknown> => client.create(configMaps, { metadata: { namespace, name } });

async function exists(name: string): Promise<boolean> {
  const { items } = await client.list(configMaps, { namespace, fieldSelector: `metadata.name=${name}` });
  return items.length === 1;
}

describe("faults", () => {
  it.each([
    ["DropBefore", false],
    ["DropAfter", true],
  ] as const)("%s: the client has no answer; that the server did it is %s", async (action, done) => {
    proxy.inject({ method: /POST/, action });
    const name = action.toLowerCase();
    expect(await rejectionOf(create(name))).toBeInstanceOf(KubeUnreachableError);
    expect(await exists(name)).toBe(done);
    expect(proxy.requests[0]).toMatchObject({
      method: "POST",
      status: undefined,
      upstreamStatus: done ? 201 : undefined,
    });
  });

  it.each([
    ["HoldBefore", false],
    ["HoldAfter", true],
  ] as const)("%s: until the release, that the server did it is %s", async (action, done) => {
    const hold = proxy.inject({ method: /POST/, action });
    const name = action.toLowerCase();
    const created = create(name);
    await hold.reached();
    await eventually(() => exists(name)).toBe(done);
    hold.release();
    expect(await created).toMatchObject({ metadata: { name } });
  });

  it("hit what matches, after those to skip, as often as they are told", async () => {
    const rule = proxy.inject({
      path: /configmaps/,
      userAgent: /test/,
      skip: 1,
      times: 2,
      action: "Answer",
      status: 418,
    });
    const codes: unknown[] = [];
    for (let n = 0; n < 4; n++) {
      const error = await rejectionOf(client.list(configMaps, { namespace }));
      codes.push((error as { code?: number } | undefined)?.code);
    }
    expect(codes).toEqual([undefined, 418, 418, undefined]);
    expect(rule.hits).toHaveLength(2);
  });
});

describe("onWrite", () => {
  it("sees every write in its number, before and after the server did it, and may drop it at either", async () => {
    const seen: string[] = [];
    proxy.onWrite = ({ write, method }, phase) => {
      seen.push(`${write} ${method} ${phase}`);
      return (write === 2 && phase === "before") || (write === 3 && phase === "after") ? "Drop" : undefined;
    };
    await create("write-1");
    for (const name of ["write-2", "write-3"]) await rejectionOf(create(name));
    expect(seen).toEqual(["1 POST before", "1 POST after", "2 POST before", "3 POST before", "3 POST after"]);
    expect([await exists("write-1"), await exists("write-2"), await exists("write-3")]).toEqual([true, false, true]);
  });
});
