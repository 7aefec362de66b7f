// zod and the API server decide alike, and fill in the same defaults, over many generated objects that fit or almost fit.
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customResourceDefinition } from "../../src/crds/definition.ts";
import type { KindSchema } from "../../src/crds/kind.ts";
import { schemas } from "../../src/crds/schemas.ts";
import type { StructuralSchema } from "../../src/schema/structural.ts";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { EXAMPLES } from "../support/environment/resources.ts";
import { almostFitting, fitting } from "./arbitraries.ts";
import { Api } from "./cluster.ts";

const SEED = 20_260_101;
const SPECS_PER_KIND = 300;
const STATUSES_PER_KIND = 100;
/** Of the generated values, so many are taken and so many are refused, or the comparison shows little. */
const LEAST_SHARE = 0.1;

let api: Api;
let namespace: string;

beforeAll(async () => {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  namespace = await uniqueNamespace(kubectl, "agreement");
  api = await Api.connect(kubeconfigPath);
});
afterAll(() => api.close());

describe.each(schemas.map((kind) => [kind.type.kind, kind] as const))("%s", (name, kind) => {
  const collection = (): string =>
    `/apis/${kind.type.group}/${kind.type.version}/namespaces/${namespace}/${kind.type.plural}`;
  const example = EXAMPLES[name]!;

  it("zod and the API server agree on generated specs", async () => {
    const tally = await compare({
      schema: schemaOf(kind, "spec"),
      base: example.spec,
      runs: SPECS_PER_KIND,
      zod: (spec) => verdictOf(kind.spec.safeParse(spec)),
      server: async (spec) => {
        const { status, body } = await api.send("POST", `${collection()}?dryRun=All`, { ...example, spec });
        return { taken: accepted(status), detail: body.spec ?? body };
      },
    });
    expect(tally.taken).toBeGreaterThan(SPECS_PER_KIND * LEAST_SHARE);
    expect(tally.refused).toBeGreaterThan(SPECS_PER_KIND * LEAST_SHARE);
  });

  it("zod and the API server agree on generated statuses", async () => {
    const { body: created } = await api.send("POST", collection(), example);
    const path = `${collection()}/${example.metadata.name}/status?dryRun=All`;
    const tally = await compare({
      schema: schemaOf(kind, "status"),
      runs: STATUSES_PER_KIND,
      zod: (value) => verdictOf(kind.status.safeParse(value)),
      server: async (value) => {
        const { status, body } = await api.send("PUT", path, { ...created, status: value });
        return { taken: accepted(status), detail: body.status ?? body };
      },
    });
    expect(tally.taken).toBeGreaterThan(STATUSES_PER_KIND * LEAST_SHARE);
    expect(tally.refused).toBeGreaterThan(STATUSES_PER_KIND * LEAST_SHARE);
  });
});

/** `detail` is the value with its defaults where it was taken, else the reason. */
interface Verdict {
  taken: boolean;
  detail: unknown;
}

interface Comparison {
  schema: StructuralSchema;
  /** What an author writes; half of the values are put over it, so that what rules alone require is there. */
  base?: object;
  runs: number;
  zod: (value: unknown) => Verdict;
  server: (value: unknown) => Promise<Verdict>;
}

/** Rejects with the first value on which the two differ. */
async function compare({
  schema,
  base = {},
  runs,
  zod,
  server,
}: Comparison): Promise<{ taken: number; refused: number }> {
  const tally = { taken: 0, refused: 0 };
  const based = fitting(schema).map((value) => Object.assign({}, base, value));
  const values = fc.oneof(
    { weight: 3, arbitrary: fc.oneof(fitting(schema), based) },
    { weight: 2, arbitrary: almostFitting(schema) },
  );
  const property = fc.asyncProperty(values, async (value) => {
    const [ours, theirs] = [zod(value), await server(value)];
    tally[theirs.taken ? "taken" : "refused"]++;
    const agree = theirs.taken ? isDeepStrictEqual(ours, theirs) : !ours.taken;
    if (!agree) throw new Error(`zod: ${JSON.stringify(ours)}\nAPI server: ${JSON.stringify(theirs)}`);
  });
  await fc.assert(property, { seed: SEED, numRuns: runs, endOnFailure: true });
  return tally;
}

function verdictOf({ success, data, error }: { success: boolean; data?: unknown; error?: unknown }): Verdict {
  return { taken: success, detail: success ? data : error };
}

function accepted(httpStatus: number): boolean {
  const answers = new Map([
    [200, true],
    [201, true],
    [422, false],
  ]);
  const answer = answers.get(httpStatus);
  if (answer === undefined) throw new Error(`The API server answered neither yes nor no: ${httpStatus}`);
  return answer;
}

function schemaOf(kind: KindSchema, part: "spec" | "status"): StructuralSchema {
  const [version] = customResourceDefinition(kind).spec.versions;
  return version!.schema.openAPIV3Schema.properties![part]!;
}
