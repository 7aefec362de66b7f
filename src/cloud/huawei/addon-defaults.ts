// The values that a template names for its installer to send (CCE API Reference 4.3.2, `input`): the service refuses an install
// without them.
import * as z from "zod";
import { word } from "../kit/wire.ts";

const object = z.record(z.string(), z.unknown());

type Values = Readonly<Record<string, unknown>>;

/** `basic` goes along as it is; of the `parameters`, `custom` and one of the flavors. */
export const addonInput = z
  .object({ basic: object.optional().catch(undefined), parameters: z.record(z.string(), z.unknown()).catch({}) })
  .optional()
  .catch(undefined);

/** Who installs where: what the template leaves empty for the installer to fill in (tables 4-10 and 4-12). */
export interface Installation {
  readonly projectId: string;
  readonly clusterId: string;
}

/** Of several flavors the one that `declared` names, else the first. Empty where the template names no values. Pure. */
export function defaultValues(
  input: z.output<typeof addonInput>,
  { projectId, clusterId }: Installation,
  declared: Values,
): Values {
  const { basic, parameters = {} } = input ?? {};
  const flavor = flavorOf(parameters, declared["flavor"]);
  const custom = objectOf(parameters["custom"]);
  return {
    ...(basic && { basic }),
    ...(flavor && { flavor }),
    ...(custom && { custom: filled(custom, { tenant_id: projectId, cluster_id: clusterId }) }),
  };
}

/** They stand under `flavor1`, `flavor2` and so on; an install has one, under `flavor`. */
function flavorOf(parameters: Values, declared: unknown): Values | undefined {
  const keys = Object.keys(parameters).filter((key) => /^flavor\d*$/.test(key));
  const flavors = keys
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((key) => objectOf(parameters[key]))
    .filter((flavor) => flavor !== undefined);
  const wanted = nameOf(objectOf(declared));
  return flavors.find((flavor) => wanted !== "" && nameOf(flavor) === wanted) ?? flavors[0];
}

/** The reference has it as a text (table 4-8) and, in the example of 4.1.1, as a number. */
function nameOf(flavor: Values | undefined): string {
  return word.parse(flavor?.["name"]);
}

function filled(custom: Values, known: Readonly<Record<string, string>>): Values {
  const entries = Object.entries(custom).map(([key, value]) => [key, value === "" ? (known[key] ?? value) : value]);
  return Object.fromEntries(entries) as Values;
}

function objectOf(value: unknown): Values | undefined {
  return object.safeParse(value).data;
}
