// Secrets (1.6): the three types that forms know, among all that are there.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsRules } from "./state.ts";
import { bodyOf, deleted, ok, part, query, stamp } from "./wire.ts";

/** The reference's types and Kubernetes' own. */
const TYPES = {
  Opaque: "Opaque",
  Dockerconfigjson: "kubernetes.io/dockerconfigjson",
  Tls: "kubernetes.io/tls",
} as const;

const DOCKER_KEY = ".dockerconfigjson";

/** tls' members, by the keys of the object. */
const TLS_KEYS = { "tls.crt": "cert", "tls.key": "key", "ca.crt": "ca" } as const;

const secret = z.object({
  name: z.string(),
  type: z.enum(["Opaque", "Dockerconfigjson", "Tls"]),
  opaque: z.record(z.string(), z.string()).nullish(),
  tls: z.object({ cert: z.string(), key: z.string(), ca: z.string().nullish() }).nullish(),
  dockerconfigjson: z
    .object({ URI: z.string(), username: z.string(), password: z.string(), mail: z.string().nullish() })
    .nullish(),
});

type SecretForm = z.output<typeof secret>;

const body = z.object({ secret });

export function secretOperations({ rules }: Ecns): Operations {
  return {
    46: {
      empty: { secrets: [] },
      handle: async (request) => {
        const type = query(request.call, "type");
        if (type !== undefined && !(type in TYPES)) {
          throw new Refusal(400, `must be one of ${Object.keys(TYPES).join(", ")}`, "type");
        }
        const found = await request.objects().list("Secret");
        const infos = found.map((one) => infoOf(one, rules));
        return ok({ secrets: infos.filter((info) => type === undefined || info.type === type) });
      },
    },
    47: async (request) => {
      const found = await request.objects().require("Secret", part(request.call, "name"));
      return ok({ keys: Object.keys(found.data ?? {}) });
    },
    48: async (request) => {
      const wanted = bodyOf(request.call, body).secret;
      const content = { type: TYPES[wanted.type], data: dataOf(wanted, rules) };
      return ok(infoOf(await request.objects().create(draft("Secret", { name: wanted.name }, content)), rules));
    },
    49: async (request) => {
      const wanted = bodyOf(request.call, body).secret;
      await request.objects().update("Secret", wanted.name, (found) => {
        if (found.type !== TYPES[wanted.type]) throw new Refusal(400, "a secret's type does not change", "secret.type");
        found.data = { ...(rules.patch === "Merge" && found.data), ...dataOf(wanted, rules) };
      });
      return ok();
    },
    50: async (request) => {
      const named = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
      const { secrets } = bodyOf(request.call, z.object({ secrets: z.array(named) }));
      const objects = request.objects();
      await inBatch(rules, secrets, (name) => objects.remove("Secret", name));
      return deleted(rules);
    },
    51: async (request) => {
      const found = await request.objects().require("Secret", part(request.call, "name"));
      return ok({ secret: formOf(found, rules), secret_info: infoOf(found, rules) });
    },
  };
}

/** As the object keeps it: base64. */
function dataOf(form: SecretForm, { secretValues }: EcnsRules): Record<string, string> {
  const encode = (value: string): string => (secretValues === "Base64" ? value : base64(value));
  const { opaque, tls, dockerconfigjson } = form;
  if (form.type === "Opaque" && opaque) {
    return Object.fromEntries(Object.entries(opaque).map(([key, value]) => [key, encode(value)]));
  }
  if (form.type === "Tls" && tls) {
    const files = Object.entries(TLS_KEYS).map(([key, member]) => [key, tls[member]] as const);
    return Object.fromEntries(files.flatMap(([key, value]) => (value ? [[key, encode(value)] as const] : [])));
  }
  if (form.type === "Dockerconfigjson" && dockerconfigjson) {
    const { URI, username, password, mail } = dockerconfigjson;
    const auth = base64(`${username}:${password}`);
    return {
      [DOCKER_KEY]: base64(JSON.stringify({ auths: { [URI]: { username, password, email: mail ?? "", auth } } })),
    };
  }
  throw new Refusal(400, "is wanted with this type", `secret.${form.type.toLowerCase()}`);
}

function formOf(found: Typed<"Secret">, { secretValues }: EcnsRules): object {
  const { data = {} } = found;
  const show = (value: string | undefined): string =>
    secretValues === "Base64" ? (value ?? "") : Buffer.from(value ?? "", "base64").toString("utf8");
  const common = { name: found.metadata.name, type: typeOf(found) };
  if (found.type === TYPES.Tls) {
    return { ...common, tls: { cert: show(data["tls.crt"]), key: show(data["tls.key"]), ca: show(data["ca.crt"]) } };
  }
  if (found.type === TYPES.Dockerconfigjson) return { ...common, dockerconfigjson: dockerOf(data[DOCKER_KEY]) };
  return { ...common, opaque: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, show(value)])) };
}

/** The first registry: the form has room for one. */
function dockerOf(encoded: string | undefined): object {
  const parsed = JSON.parse(Buffer.from(encoded ?? "", "base64").toString("utf8") || "{}") as {
    auths?: Record<string, { username?: string; password?: string; email?: string }>;
  };
  const [URI, login] = Object.entries(parsed.auths ?? {})[0] ?? ["", {}];
  return { URI, username: login.username ?? "", password: login.password ?? "", mail: login.email ?? "" };
}

function infoOf(found: Typed<"Secret">, rules: EcnsRules) {
  return {
    name: found.metadata.name,
    type: typeOf(found),
    keys: Object.keys(found.data ?? {}),
    creation_time: stamp(rules, found.metadata.creationTimestamp),
  };
}

/** Types that no form knows show as Kubernetes names them. */
function typeOf({ type = TYPES.Opaque }: Typed<"Secret">): string {
  return Object.entries(TYPES).find(([, own]) => own === type)?.[0] ?? type;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
