// The comparison that other tests trust: each way in which an answer can fall short of what is promised is found.
import { existsSync, globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { never, type PromisedCall, sometimes, table } from "../../../src/cloud/simulation/members.ts";
import { MembersCheck } from "./members.ts";

const error = table("7.4", { code: "string" });
const tag = table("table 3", { key: "string" });
const thing = table("table 2", {
  name: "string",
  size: "integer",
  ratio: "number",
  open: "boolean",
  labels: "object",
  next: "any",
  tags: [tag],
  note: sometimes("string", "where somebody wrote one"),
  secret: never("string", "nothing is secret"),
});
const PROMISED: readonly PromisedCall[] = [
  { call: "GET /things/:id", reference: "2.1", answer: thing, refusals: [error] },
  { call: "GET /things/all", reference: "2.2", answer: ["string"], headers: ["x-total"], refusals: [error] },
  { call: "DELETE /files/*", reference: "2.3", answer: "Empty", refusals: [error, "Empty"] },
  { call: "GET /things", reference: "in none", refusals: [error] },
];
const OFFERED = PROMISED.map(({ call }) => call);

const THING = {
  name: "a",
  size: 1,
  ratio: 0.5,
  open: true,
  labels: {},
  next: null,
  tags: [{ key: "k" }],
  note: "n",
  more: "is no harm",
};

function answered(call: string, body: unknown, { status = 200, headers = {} } = {}) {
  const [method = "", path = ""] = call.split(" ");
  return { method, path, status, headers, text: body === undefined ? "" : JSON.stringify(body) };
}

/** The answers that leave nothing to say. */
const GOOD = {
  one: answered("GET /things/7?full=1", THING),
  all: answered("GET /things/all", ["a"], { headers: { "x-total": "1" } }),
  gone: answered("DELETE /files/a/b", undefined),
  refused: answered("GET /things", { code: "x" }, { status: 405 }),
};

function problemsOf(
  answers: readonly ReturnType<typeof answered>[],
  { promised = PROMISED, offered = OFFERED } = {},
): string[] {
  const check = new MembersCheck(promised, offered);
  for (const answer of answers) check.check(answer);
  return check.problems();
}

test.each(globSync("src/cloud/*/simulator"))("the answers of %s are compared with a list beside it", (folder) => {
  expect(existsSync(`${folder}/members.test.ts`)).toBe(true);
});

test("answers as promised leave nothing to say", () => {
  expect(problemsOf(Object.values(GOOD))).toEqual([]);
});

describe("a member", () => {
  const without = (name: keyof typeof THING) =>
    Object.fromEntries(Object.entries(THING).filter(([one]) => one !== name));

  test.each<[string, unknown, string]>([
    ["is missing", without("name"), "name (table 2): missing"],
    ["is undefined in JSON's eyes", { ...THING, next: undefined }, "next (table 2): missing"],
    ["is missing in an array", { ...THING, tags: [{ key: "k" }, {}] }, "tags[].key (table 3): missing"],
    ["is null in place of text", { ...THING, name: null }, "name: no string: null"],
    ["is text in place of a number", { ...THING, size: "1" }, 'size: no integer: "1"'],
    ["is a fraction in place of a whole number", { ...THING, size: 1.5 }, "size: no integer: 1.5"],
    ["is a number in place of yes or no", { ...THING, open: 1 }, "open: no boolean: 1"],
    ["is an array in place of an object", { ...THING, labels: [] }, "labels: no object: []"],
    ["is an object in place of an array", { ...THING, tags: {} }, "tags: no array: {}"],
    ["is null in place of an object of a table", { ...THING, tags: [null] }, "tags[] (table 3): no object: null"],
    ["is there although never", { ...THING, secret: "s" }, "secret (table 2): is there, where it is said never to be"],
  ])("that %s is found", (_, body, problem) => {
    expect(problemsOf([...Object.values(GOOD), answered("GET /things/7", body)])).toEqual([
      `GET /things/:id: ${problem}`,
    ]);
  });

  test("that is only sometimes there has to be seen once", () => {
    const { one: _one, ...others } = GOOD;
    const answers = [...Object.values(others), answered("GET /things/7", without("note"))];
    expect(problemsOf(answers)).toEqual(["table 2: no answer had the member note"]);
  });

  test("of an array that was always empty was not looked at", () => {
    const answers = [GOOD.all, GOOD.gone, GOOD.refused, answered("GET /things/7", { ...THING, tags: [] })];
    expect(problemsOf(answers)).toEqual(["table 3: no answer had such an object"]);
  });
});

describe("a call", () => {
  test("that is offered without a list is found", () => {
    const offered = [...OFFERED, "POST /things"];
    expect(problemsOf([...Object.values(GOOD), answered("POST /things", {})], { offered })).toEqual([
      "POST /things: has no list of members",
    ]);
  });

  test("that is listed and not offered, or was never made, is found", () => {
    const promised = [...PROMISED, { call: "PUT /things", reference: "2.4", answer: thing, refusals: [] }];
    expect(problemsOf(Object.values(GOOD), { promised })).toEqual([
      "PUT /things: the simulator does not offer it",
      "PUT /things: was never answered with a success",
    ]);
  });

  test("that is none is found", () => {
    expect(problemsOf([...Object.values(GOOD), answered("GET /nothing", {})])).toEqual([
      "GET /nothing: the simulator offers no such call",
    ]);
  });

  test("with a body that is none, or one too many, or without its header, is found", () => {
    const answers = [
      { ...GOOD.one, text: "{" },
      answered("DELETE /files/a", {}),
      answered("GET /things/all", ["a"]),
      answered("GET /things", {}),
    ];
    expect(problemsOf([...Object.values(GOOD), ...answers])).toEqual([
      "GET /things/:id: no JSON: {",
      "DELETE /files/*: a body where none is promised: {}",
      "GET /things/all: no header x-total",
      "GET /things: was answered with 200, where no success is promised",
    ]);
  });
});

describe("a refusal", () => {
  test("has one of the promised bodies", () => {
    const refused = answered("DELETE /files/a", undefined, { status: 404 });
    expect(problemsOf([...Object.values(GOOD), refused])).toEqual([]);
    expect(problemsOf([...Object.values(GOOD), { ...refused, text: '{"message":"no"}' }])).toEqual([
      'DELETE /files/*: 404 in no promised words: {"message":"no"}',
    ]);
  });

  test("that was tried against a body and is another one does not count as seen", () => {
    const other = table("7.5", { message: "string" });
    const promised = PROMISED.map((one) => Object.assign({}, one, { refusals: [error, other] }));
    expect(problemsOf(Object.values(GOOD), { promised })).toEqual(["7.5: no answer had such an object"]);
  });
});
