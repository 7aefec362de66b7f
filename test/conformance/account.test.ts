// Cases of an account: how a session is opened, proves itself, and ends.
import { describe, expect, test } from "vitest";
import { clouds } from "../../src/cli/clouds.ts";
import type { Credentials } from "../../src/cloud/contract.ts";
import { CloudError } from "../../src/cloud/errors.ts";
import { CLOUDS } from "./clouds/index.ts";
import { failureOf, runCases, UNLISTED, type Case } from "./suite.ts";
import { never, startStand, USER_AGENT, type Stand } from "./stand.ts";

/** What opening a session throws. */
function refusalOf(open: () => unknown): CloudError {
  try {
    open();
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
  return expect.fail("The session was opened");
}

const cases: readonly Case<Stand>[] = [
  {
    title: "offers the facets that the cloud lists, and no others",
    run({ cloud, session }) {
      const facets = [...(Object.keys(cloud.facets) as (keyof typeof cloud.facets)[]), ...UNLISTED];
      const offered = facets.filter((facet) => session[facet]);
      expect(offered.toSorted()).toEqual(cloud.cloud.facets.toSorted());
    },
  },
  {
    title: "opening it makes no request",
    async run({ open, requestsOf }) {
      expect(await requestsOf(() => open().close())).toEqual([]);
    },
  },
  {
    title: "is verified by reads alone, which are counted and say who sent them",
    async run({ open, requestsOf }) {
      const counted: unknown[] = [];
      const session = open({ deps: { onRequest: (request) => counted.push(request) } });
      await session.verify(never);
      const requests = await requestsOf(() => session.verify(never));
      expect(requests.length).toBeGreaterThan(0);
      expect(requests.filter(({ effect }) => effect)).toEqual([]);
      expect(new Set(requests.map(({ userAgent }) => userAgent))).toEqual(new Set([USER_AGENT]));
      expect(counted).toContainEqual({ operation: expect.stringMatching(/^[A-Z][A-Za-z]+$/), code: 200 });
    },
  },
  {
    title: "wrong credentials are Unauthenticated, and no message shows them",
    async run({ cloud, open }) {
      const error = await failureOf(open({ credentials: cloud.wrongCredentials }).verify(never));
      expect(error.kind).toBe("Unauthenticated");
      expect(Object.values(cloud.wrongCredentials).filter((secret) => error.message.includes(secret))).toEqual([]);
    },
  },
  {
    title: "credentials that lack a key, or hold what no key holds, are CredentialsMalformed",
    run({ cloud, open }) {
      const keys = Object.keys(cloud.credentials);
      const odd: [string, Credentials][] = keys.flatMap((key) => {
        const { [key]: value, ...others } = cloud.credentials;
        return [
          [`without ${key}`, others],
          [`with an empty ${key}`, { ...others, [key]: "" }],
          [`with a line break at the end of ${key}`, { ...others, [key]: `${value}\n` }],
          [`with a zero-width space in ${key}`, { ...others, [key]: `${value}\u200B` }],
          [`with a byte order mark before ${key}`, { ...others, [key]: `\uFEFF${value}` }],
          [`with a full-width letter in ${key}`, { ...others, [key]: `${value}\uFF21` }],
          [`with what is no text in ${key}`, { ...others, [key]: `${value}\uFFFD` }],
        ];
      });
      const kinds = odd.map(([what, credentials]) => [what, refusalOf(() => open({ credentials })).kind]);
      expect(kinds).toEqual(odd.map(([what]) => [what, "CredentialsMalformed"]));
      expect(refusalOf(() => open({ credentials: {} })).kind).toBe("CredentialsMalformed");
    },
  },
  {
    title: "credentials of two ways to sign in are AmbiguousCredentials",
    run({ cloud, open }) {
      const error = refusalOf(() => open({ credentials: cloud.ambiguousCredentials }));
      expect(error.kind).toBe("AmbiguousCredentials");
    },
  },
  {
    title: "without endpoint and region it is EndpointRequired",
    run({ open }) {
      const error = refusalOf(() => open({ settings: { endpoint: undefined, region: undefined } }));
      expect(error.kind).toBe("EndpointRequired");
    },
  },
  {
    title: "an option that nobody knows is Rejected, by its name",
    run({ open }) {
      const error = refusalOf(() => open({ settings: { providerOptions: { nobodyKnows: 1 } } }));
      expect(error).toMatchObject({ kind: "Rejected", message: expect.stringContaining("nobodyKnows") });
    },
  },
  {
    title: "is not verified where there is no such API",
    async run({ open, simulator }) {
      const session = open({ settings: { endpoint: `${simulator.url}/somewhere/else` } });
      expect(["Rejected", "Unauthenticated"]).toContain((await failureOf(session.verify(never))).kind);
    },
  },
  {
    title: "a closed session sends nothing any more, and may be closed again",
    async run({ open, requestsOf }) {
      const session = open();
      await session.verify(never);
      await session.close();
      await session.close();
      const requests = await requestsOf(async () => {
        expect((await failureOf(session.verify(never))).kind).toBe("Unreachable");
      });
      expect(requests).toEqual([]);
    },
  },
];

test("every cloud that the operator has is in the suite", () => {
  expect(new Set(CLOUDS.map(({ cloud }) => cloud.provider))).toEqual(new Set(Object.keys(clouds)));
});

describe.each(CLOUDS)("$name", (cloud) => {
  runCases("account", cases, { skips: cloud.skips, start: (rules) => startStand(cloud, rules) });
});
