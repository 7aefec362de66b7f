// A Secret (1.6): the three types that forms know, with values as plain text. No message here repeats one.
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { Fields, type Read } from "./fields.ts";
import { metadataOf, toMetadata } from "./metadata.ts";

const texts = z.record(z.string(), z.string());

export const secretForm = z.object({
  name: z.string(),
  type: z.enum(["Opaque", "Dockerconfigjson", "Tls"]),
  opaque: texts.nullish(),
  tls: z.object({ cert: z.string(), key: z.string(), ca: z.string().nullish() }).nullish(),
  dockerconfigjson: z
    .object({ URI: z.string(), username: z.string(), password: z.string(), mail: z.string().nullish() })
    .nullish(),
});

type SecretForm = z.output<typeof secretForm>;
type Login = NonNullable<SecretForm["dockerconfigjson"]>;
type Texts = Readonly<Record<string, string>>;

const TYPES = {
  Opaque: "Opaque",
  Tls: "kubernetes.io/tls",
  Dockerconfigjson: "kubernetes.io/dockerconfigjson",
} as const;
const OWN = ["Opaque", "Dockerconfigjson", "Tls"] as const;
const DOCKER_KEY = ".dockerconfigjson";

/** Pure. Labels and annotations follow as YAML. */
export function toSecret(manifest: Manifest): Read<SecretForm> {
  return Fields.read(manifest, (object) => {
    const { name } = toMetadata(object);
    object.usual({ immutable: false });
    const kubernetes = object.word("type", Object.values(TYPES)) ?? TYPES.Opaque;
    const type = OWN.find((each) => TYPES[each] === kubernetes) ?? "Opaque";
    const content = object.object("data", (data) => contentOf(type, data));
    if (content === undefined && type !== "Opaque") object.refuse("data", `the form of ${kubernetes} wants it`);
    return { name, type, ...(content ?? (type === "Opaque" && { opaque: {} })) };
  });
}

function contentOf(type: SecretForm["type"], data: Fields): Partial<SecretForm> {
  if (type === "Opaque") return { opaque: opaqueIn(data) };
  if (type === "Dockerconfigjson") return { dockerconfigjson: loginIn(data) };
  const ca = plain(data, "ca.crt");
  const tls = { cert: wanted(data, "tls.crt"), key: wanted(data, "tls.key"), ...(ca !== undefined && { ca }) };
  return { tls };
}

function opaqueIn(data: Fields): Texts {
  return Object.fromEntries(data.names().map((key) => [key, plain(data, key) ?? ""]));
}

/** The form has one registry, with a user and a password. */
function loginIn(data: Fields): Login {
  const nothing = { URI: "", username: "", password: "" };
  const [only, ...more] = registriesIn(wanted(data, DOCKER_KEY));
  if (only !== undefined && more.length === 0) {
    const [URI, { username, password, email }] = only;
    return { URI, username, password, ...(email && { mail: email }) };
  }
  data.refuse(DOCKER_KEY, "the form has one registry alone, with username, password and email");
  return nothing;
}

/** `auth` says user and password once more. */
const login = z
  .strictObject({
    username: z.string(),
    password: z.string(),
    email: z.string().optional(),
    auth: z.string().optional(),
  })
  .refine(({ username, password, auth }) => auth === undefined || auth === base64(`${username}:${password}`));

const dockerConfig = z.strictObject({ auths: z.record(z.string(), login) });

/** None where it holds what no form has. */
function registriesIn(text: string): [string, z.output<typeof login>][] {
  try {
    return Object.entries(dockerConfig.safeParse(JSON.parse(text)).data?.auths ?? {});
  } catch {
    return [];
  }
}

function wanted(data: Fields, key: string): string {
  return plain(data, key) ?? data.refuse(key, "the form wants it") ?? "";
}

/** Of what is base64 in a manifest. */
function plain(data: Fields, key: string): string | undefined {
  const value = data.text(key);
  if (value === undefined) return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  if (base64(text) === value.replaceAll(/\s/g, "")) return text;
  return data.refuse(key, "the form has text alone, and this is not UTF-8");
}

/** A cloud that shows values as base64 is read alike: `sent` tells. */
export function secretOf(form: SecretForm, sent: SecretForm): Manifest {
  const show = shower(form, sent);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadataOf(form.name),
    type: TYPES[form.type],
    ...dataOf(form, show),
  };
}

function dataOf({ opaque, tls, dockerconfigjson }: SecretForm, show: (text: string) => string): object {
  const shown: Texts = {
    ...opaque,
    ...(tls && { "tls.crt": tls.cert, "tls.key": tls.key, ...(tls.ca && { "ca.crt": tls.ca }) }),
  };
  const data = {
    ...Object.fromEntries(Object.entries(shown).map(([key, text]) => [key, show(text)])),
    ...(dockerconfigjson && { [DOCKER_KEY]: base64(loginText(dockerconfigjson)) }),
  };
  return Object.keys(data).length === 0 ? {} : { data };
}

function loginText({ URI, username, password, mail }: Login): string {
  const auth = base64(`${username}:${password}`);
  return JSON.stringify({ auths: { [URI]: { username, password, ...(mail && { email: mail }), auth } } });
}

/** The reference does not say in which form values are shown: those that were sent as plain text tell. */
function shower(shown: SecretForm, sent: SecretForm): (text: string) => string {
  const values = (form: SecretForm): Texts => ({
    ...form.opaque,
    ...(form.tls && { ...form.tls, ca: form.tls.ca ?? "" }),
  });
  const now = values(shown);
  const isBase64 = Object.entries(values(sent)).some(([key, text]) => text !== "" && now[key] === base64(text));
  return isBase64 ? (text) => text : base64;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
