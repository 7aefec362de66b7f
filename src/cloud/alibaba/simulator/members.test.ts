// Every call over HTTP, in both dialects, compared with the members that members/ promises of its answers.
import { expect, test } from "vitest";
import { startBed, type Bed } from "../../../../test/support/clouds/alibaba/bed.ts";
import {
  attachBody,
  dedicatedBody,
  managedBody,
  PASSWORD,
  poolBody,
  scaleOutBody,
  todaysBody,
} from "../../../../test/support/clouds/alibaba/bodies.ts";
import { ManualClock } from "../../simulation/test-support.ts";
import { Timeline } from "../../simulation/timeline.ts";
import { createAck } from "./ack.ts";
import { referenceCalls, todaysCalls } from "./members/index.ts";
import type { Member, MemberType, PromisedCall, Table } from "./members/notation.ts";
import { ackRoutes } from "./routes.ts";
import type { Dialect } from "./rules.ts";
import { switchesOf } from "./rules.ts";

/** What is wrong with a value, in words; notes the members that are only sometimes there in `seen`. */
function compare(type: MemberType, value: unknown, { at, seen }: { at: string; seen: Set<string> }): string[] {
  if (typeof type === "string") return isOf(type, value) ? [] : [`${at}: no ${type}: ${JSON.stringify(value)}`];
  if ("table" in type) return compareObject(type, value, { at, seen });
  if (!Array.isArray(value)) return [`${at}: no array: ${JSON.stringify(value)}`];
  return value.flatMap((one) => compare(type[0], one, { at: `${at}[]`, seen }));
}

function compareObject(one: Table, value: unknown, { at, seen }: { at: string; seen: Set<string> }): string[] {
  if (!isOf("object", value)) return [`${at} (${one.table}): no object: ${JSON.stringify(value)}`];
  seen.add(one.table);
  return Object.entries(one.members).flatMap(([name, member]) => {
    const found = (value as Record<string, unknown>)[name];
    const isMarked = typeof member === "object" && "mark" in member;
    if (found === undefined) return isMarked ? [] : [`${at}.${name} (${one.table}): missing`];
    seen.add(`${one.table}.${name}`);
    return compare(isMarked ? member.type : member, found, { at: `${at}.${name}`, seen });
  });
}

function isOf(type: string, value: unknown): boolean {
  if (type === "any") return value !== undefined;
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** All that a test must have seen for the list to prove anything: each table, and each member that is sometimes there. */
function promisedSights(calls: readonly PromisedCall[]): Set<string> {
  const sights = new Set<string>();
  const visit = (type: MemberType | "Empty"): void => {
    if (typeof type === "string") return;
    if (!("table" in type)) {
      visit(type[0]);
      return;
    }
    sights.add(type.table);
    for (const [name, member] of Object.entries(type.members)) {
      if (typeof member === "object" && "mark" in member) sights.add(`${type.table}.${name}`);
      visit(typeOf(member));
    }
  };
  for (const { answer, refusals } of calls) for (const body of [answer, ...refusals]) visit(body);
  return sights;
}

function typeOf(member: Member): MemberType {
  return typeof member === "object" && "mark" in member ? member.type : member;
}

/** The same of a body as it was received. */
function judge(
  type: PromisedCall["answer"] | undefined,
  text: string,
  place: { at: string; seen: Set<string> },
): string[] {
  if (type === "Empty") return text === "" ? [] : [`${place.at}: a body: ${text}`];
  return compare(type ?? "any", text === "" ? undefined : JSON.parse(text), place);
}

interface Driven extends Bed {
  readonly ask: (
    call: string,
    ids?: Record<string, string>,
    sent?: { body?: unknown; query?: string },
  ) => Promise<Record<string, string>>;
  /** What was wrong with answers, and what was never seen. */
  readonly problems: () => string[];
}

async function startDriven(dialect: Dialect, calls: readonly PromisedCall[]): Promise<Driven> {
  const bed = await startBed({ dialect, dedicatedClusters: "Allow" });
  const found: string[] = [];
  const answered = new Set<string>();
  const seen = new Set<string>();
  const ask: Driven["ask"] = async (call, ids = {}, { body, query = "" } = {}) => {
    const promised = calls.find((one) => one.call === call);
    if (promised === undefined) throw new Error(`no list of members for ${call}`);
    const [method = "", pattern = ""] = call.split(" ");
    const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? "none");
    const { status, text } = await bed.client.send(`${path}${query}`, { method, body });
    const isSuccess = status < 300;
    if (isSuccess) answered.add(call);
    found.push(...judge(isSuccess ? promised.answer : promised.refusals[0], text, { at: call, seen }));
    return JSON.parse(text === "" ? "{}" : text) as Record<string, string>;
  };
  const problems = () => [
    ...found,
    ...calls.filter(({ call }) => !answered.has(call)).map(({ call }) => `${call}: never answered with a success`),
    ...[...promisedSights(calls)].filter((sight) => !seen.has(sight)).map((sight) => `${sight}: never seen`),
  ];
  return { ...bed, ask, problems };
}

const CLUSTER = "/clusters/:cluster";
const VERSIONS = { query: "?Region=cn-hangzhou&ClusterType=Kubernetes" };

async function driveCommon({ ask, client, clock }: Driven, clusterId: string): Promise<void> {
  const cluster = { cluster: clusterId };
  for (const id of ["i-1", "i-2"]) await client.colleague("POST", "servers", { id, name: id });
  await client.colleague("POST", "plans", { serverId: "i-1", failAt: "Attach" });
  const { task_id: task = "" } = await ask(`POST ${CLUSTER}/attach`, cluster, { body: attachBody("i-1", "i-2") });
  await ask("GET /tasks/:task", { task });
  clock.advance(300_000);
  await ask("GET /tasks/:task", { task });
  const edge = await client.running("edge", { profile: "Edge", publicAccess: true, vpcId: "vpc-3" });
  for (const name of ["attachscript", "attachscripts"]) {
    await ask(`POST ${CLUSTER}/${name}`, { cluster: edge }, { body: { options: "{}" } });
  }
  for (const name of ["", "/nodes", "/resources"]) await ask(`GET ${CLUSTER}${name}`, cluster);
  await ask("GET /k8s/:cluster/user_config", cluster);
  await ask("GET /api/v1/metadata/versions", {}, VERSIONS);
  await ask("GET /quota");
}

async function driveReference(driven: Driven): Promise<void> {
  const { ask, client, clock } = driven;
  const { cluster_id: cluster = "" } = await ask("POST /clusters", {}, { body: dedicatedBody("dedicated") });
  await ask(
    "POST /clusters",
    {},
    { body: managedBody("managed", { vpcid: "vpc-2", tags: [{ key: "a", value: "b" }] }) },
  );
  clock.advance(300_000);
  await driveCommon(driven, cluster);
  await ask(
    "POST /api/v2/clusters/:cluster",
    { cluster },
    { body: scaleOutBody(1, { tags: [{ key: "a", value: "b" }] }) },
  );
  clock.advance(300_000);
  await ask(
    `PUT ${CLUSTER}`,
    { cluster },
    { body: { worker_instance_type: "ecs.c5.large", num_of_nodes: 4, login_password: PASSWORD } },
  );
  clock.advance(300_000);
  const { id: managed } = await client.shown("clusters", "managed");
  await ask(`GET ${CLUSTER}`, { cluster: managed });
  await ask(`GET ${CLUSTER}/nodes`, { cluster });
  await ask(`GET ${CLUSTER}/certs`, { cluster });
  await ask("GET /clusters");
  await ask(`POST ${CLUSTER}/nodes`, { cluster }, { body: { nodes: ["i-2"] } });
  const old = await client.running("old", { version: "1.12.6-aliyun.1", vpcId: "vpc-4" });
  await ask(`POST /api/v2${CLUSTER}/upgrade`, { cluster: old }, { body: { next_version: "1.14.6-aliyun.1" } });
  await ask(`DELETE ${CLUSTER}`, { cluster: managed });
}

async function driveToday(driven: Driven): Promise<void> {
  const { ask, client, clock } = driven;
  const control = { size: 3, instance_types: ["t"], key_pair: "common" };
  const body = todaysBody("c", {
    cluster_type: "Kubernetes",
    control_plane_config: control,
    tags: [{ key: "a", value: "b" }],
  });
  const { cluster_id: cluster = "" } = await ask("POST /clusters", {}, { body });
  clock.advance(300_000);
  await driveCommon(driven, cluster);
  const made = await ask(
    `POST ${CLUSTER}/nodepools`,
    { cluster },
    {
      body: poolBody("p", {
        scaling: { tags: [{ key: "a", value: "b" }] },
        config: { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] },
      }),
    },
  );
  clock.advance(300_000);
  const ids = { cluster, pool: made["nodepool_id"] ?? "" };
  const item = `${CLUSTER}/nodepools/:pool`;
  await ask(`GET ${item}`, ids);
  await ask(`GET ${CLUSTER}/nodepools`, ids);
  await ask(`PUT ${item}`, ids, { body: { scaling_group: { desired_size: 3 } } });
  clock.advance(300_000);
  await ask(`POST ${item}`, ids, { body: { count: 1 } });
  clock.advance(300_000);
  await client.colleague("POST", "servers", { id: "i-3", name: "i-3" });
  await ask(`POST ${item}/attach`, ids, { body: attachBody("i-3") });
  clock.advance(300_000);
  await ask(`GET ${CLUSTER}/nodes`, ids);
  await ask(`DELETE ${item}/nodes`, ids, { query: `?instance_ids=${encodeURIComponent('["i-3"]')}` });
  clock.advance(300_000);
  await ask(`POST ${CLUSTER}/nodes`, ids, { body: { nodes: ["i-2"] } });
  clock.advance(300_000);
  await ask(`DELETE ${item}`, ids);
  await ask("GET /regions/:region/clusters", { region: "cn-hangzhou" });
  await ask(`PUT /api/v2${CLUSTER}`, ids, { body: { deletion_protection: false } });
  await ask(`GET ${CLUSTER}/tasks`, ids, { query: "?page_size=100" });
  const old = await client.running("old", { version: "1.33.3-aliyun.1", vpcId: "vpc-4" });
  await ask(`POST /api/v2${CLUSTER}/upgrade`, { cluster: old }, { body: { next_version: "1.34.1-aliyun.1" } });
  await ask(`DELETE ${CLUSTER}`, ids);
}

const REFERENCE = { dialect: "Reference", calls: referenceCalls, drive: driveReference } as const;
const TODAY = { dialect: "V2026", calls: todaysCalls, drive: driveToday } as const;

test.each([REFERENCE, TODAY])(
  "in $dialect every call answers what is promised of it",
  async ({ dialect, calls, drive }) => {
    const driven = await startDriven(dialect, calls);
    for (const { call } of calls) await driven.ask(call, {}, call.startsWith("P") ? { body: {} } : {});
    await drive(driven);
    expect(driven.problems()).toEqual([]);
  },
);

test.each([REFERENCE, TODAY])(
  "in $dialect every call has a list of members, and no list is of no call",
  ({ dialect, calls }) => {
    const rules = {
      ...switchesOf(dialect, {}),
      dialect,
      region: "",
      duplicateNames: "Refuse",
      hideTags: false,
      nodeNames: "Both",
    } as const;
    const limits = { certificateDays: 1, scriptHours: 1, maxPageSize: 1, wrongStateCode: "" };
    const ack = createAck({ ...rules, ...limits }, {}, new Timeline(new ManualClock(), 1));
    const offered = ackRoutes(ack).map(({ method, path }) => `${method} ${path}`);
    expect(calls.map(({ call }) => call).sort()).toEqual(offered.sort());
  },
);

test("a member that is missing, of another type, or only promised is a problem", async () => {
  const calls: PromisedCall[] = [
    {
      call: "GET /quota",
      reference: "",
      answer: {
        table: "t",
        members: { cluster_quota: "string", nothing: "any", rare: { mark: "Sometimes", type: "any", why: "" } },
      },
      refusals: [],
    },
  ];
  const driven = await startDriven("V2026", calls);
  await driven.ask("GET /quota");
  expect(driven.problems()).toEqual([
    "GET /quota.cluster_quota: no string: 50",
    "GET /quota.nothing (t): missing",
    "t.rare: never seen",
  ]);
});
