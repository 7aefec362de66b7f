// Every call of the reference is made once, in an order in which each finds what it needs, and each answer holds what its table
// promises and nothing else.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import { startWorkloadControlPlane } from "../../../../test/support/clouds/easystack/controllers.ts";
import { CALLS } from "./calls.ts";
import { MEMBERS } from "./members.ts";
import type { Members, Shape } from "./members/shape.ts";
import type { Step } from "./members/test-support.ts";
import { api, FIRST, revise, SECOND, THIRD } from "./members/test-support.ts";
import type { EcnsClient } from "./test-support.ts";
import { login, startClusterBed } from "./test-support.ts";

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startWorkloadControlPlane();
}, 120_000);

afterAll(() => controlPlane.stop());

/** Where `value` is not what `shape` says; empty where it is. */
function problems(shape: Shape, value: unknown, at: string): string[] {
  if (typeof shape === "string") return isOf(shape, value) ? [] : [`${at}: no ${shape}`];
  if (!Array.isArray(shape)) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? memberProblems(shape as Members, value as Record<string, unknown>, at) : [`${at}: no object`];
  }
  const [item] = shape as readonly [Shape];
  if (!Array.isArray(value)) return [`${at}: no list`];
  return value.flatMap((one, index) => problems(item, one, `${at}[${index}]`));
}

function isOf(type: string, value: unknown): boolean {
  if (type === "any") return true;
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function memberProblems(members: Members, value: Record<string, unknown>, at: string): string[] {
  const any = members["*"];
  if (any !== undefined) return Object.entries(value).flatMap(([name, inner]) => problems(any, inner, `${at}.${name}`));
  const known = new Set(Object.keys(members).map((name) => name.replace(/\?$/, "")));
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  const wrong = Object.entries(members).flatMap(([marked, shape]) => {
    const name = marked.replace(/\?$/, "");
    const inner = value[name];
    if (marked.endsWith("?") && (inner === undefined || inner === null)) return [];
    return inner === undefined ? [`${at}.${name}: missing`] : problems(shape, inner, `${at}.${name}`);
  });
  return [...unknown.map((name) => `${at}.${name}: not in the table`), ...wrong];
}

describe("the check itself", () => {
  const shape = { name: "string", "size?": "integer", tags: [{ id: "string" }], labels: { "*": "string" } } as const;

  test.each([
    [{ name: "a", tags: [], labels: {} }, []],
    [{ name: "a", size: null, tags: [{ id: "x" }], labels: { b: "c" } }, []],
    [{ tags: [], labels: {} }, [".name: missing"]],
    [
      { name: 1, size: 1.5, tags: {}, labels: { b: 1 } },
      [".name: no string", ".size: no integer", ".tags: no list", ".labels.b: no string"],
    ],
    [{ name: "a", tags: [{}], labels: {}, more: 1 }, [".more: not in the table", ".tags[0].id: missing"]],
  ])("of %j finds %j", (value, found) => {
    expect(problems(shape, value, "")).toEqual(found);
  });
});

/** What was wrong with an answer; empty where it was as promised. */
async function make(client: EcnsClient, [number, method, path, body]: Step): Promise<string[]> {
  const answer = await client.call(method, path, body);
  const title = `${number} ${method} ${path}`;
  if (answer.status >= 300) return [`${title}: ${answer.status} ${answer.text}`];
  const shape = MEMBERS[number];
  return shape === undefined ? [] : problems(shape, answer.json(), title);
}

test("every call answers with the members that its table promises, and no others", async () => {
  const { client, cluster } = await startClusterBed(controlPlane.kubeconfigPath, { runPods: true });
  const found: string[] = [];
  const all = async (steps: readonly Step[]) => {
    for (const step of steps) found.push(...(await make(client, step)));
  };
  const pods = async () => (await client.ok("GET", "eks/pods/")) as unknown as { name: string; status: string }[];
  const running = (prefix: string) =>
    vi.waitFor(async () => {
      const pod = (await pods()).find(({ name, status }) => name.startsWith(prefix) && status === "Running");
      expect(pod).toBeDefined();
      return pod?.name ?? "";
    }, 20_000);

  await client.send("/v3/auth/tokens", { method: "POST", body: login() });
  await client.send("/v3/auth/projects");
  await all(FIRST(cluster));
  const form = new FormData();
  form.set("harbor_project_name", "team");
  form.set("tag_name", "v1");
  form.set("image", new Blob([new Uint8Array(700)]), "web.tar");
  form.set("image_name", "web");
  for (const tag of ["v1", "v2"]) {
    form.set("tag_name", tag);
    const encoded = new Response(form);
    const headers = { "content-type": encoded.headers.get("content-type") ?? "" };
    const content = Buffer.from(await encoded.arrayBuffer());
    await client.send("/api/ecns/image/images/upload_image/", { method: "POST", body: content, headers });
  }
  await all(SECOND(cluster, await running("api-")));
  for (const version of [2, 3, 4]) {
    await all([revise(`1.${version}`)]);
    const versions = async () => (await client.list(api("revisions/"), "revisions")).map((one) => one["version"]);
    await vi.waitFor(async () => expect(await versions()).toContain(version), 20_000);
  }
  await vi.waitFor(
    async () => expect((await client.state())["loadbalancers"]).toMatchObject([{ state: "Active" }]),
    20_000,
  );
  await all(THIRD(await running("in-shop-")));

  expect(found).toEqual([]);
  const made = (await client.log()).flatMap((entry) => (entry as unknown as { call?: number }).call ?? []);
  const refused = (await client.log())
    .filter(({ status }) => status >= 300)
    .map(({ method, path }) => `${method} ${path}`);
  expect(refused).toEqual([]);
  expect([...new Set(made)].sort((left, right) => left - right)).toEqual(
    CALLS.map(({ number }) => number).sort((left, right) => left - right),
  );
  expect(CALLS).toHaveLength(130);
}, 90_000);
