// Objects as YAML (1.16): view, edit, create. They are the very objects that the forms make. What the API server refuses is an
// entry in `failed` of an answer with 200.
import * as z from "zod";
import { messageOf } from "../../../lib/errors.ts";
import type { Answer } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { Kind, Manifest, Typed } from "./kube/manifest.ts";
import { RAW_KINDS, RESOURCE_TYPES } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations, Request } from "./request.ts";
import type { Ecns } from "./state.ts";
import { ok, part, query } from "./wire.ts";
import { documentsIn, yamlAnswer, yamlText } from "./yaml-body.ts";

/** Of `edit`: all that belongs to an application, each document for itself. */
const APPLICATION = "application";

const document = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

interface Item {
  readonly name: string;
  readonly kind: string;
  readonly yaml: string;
  readonly reason: string;
}

type Write = (objects: Objects, manifest: Typed<Kind>) => Promise<Typed<Kind>>;

export function yamlOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  const write = (request: Request, apply: Write): Promise<Answer> => writeAll(request, { apply, ecns });
  return {
    55: async (request) => {
      const kind = kindOf(part(request.call, "kind"));
      const objects = objectsFor(request, kind);
      return yamlAnswer(rules, await objects.require(kind, part(request.call, "name")));
    },
    56: (request) => write(request, (objects, manifest) => objects.replace(manifest)),
    57: (request) => {
      if (part(request.call, "kind").toLowerCase() === APPLICATION) throw new Refusal(400, "is for editing", "kind");
      return write(request, (objects, manifest) => objects.create(manifest));
    },
  };
}

interface Writing {
  readonly apply: Write;
  readonly ecns: Ecns;
}

async function writeAll(request: Request, { apply, ecns }: Writing): Promise<Answer> {
  const [kindText, name] = [part(request.call, "kind"), part(request.call, "name")];
  const named = kindText.toLowerCase() === APPLICATION ? undefined : { kind: kindOf(kindText), name };
  // A place that is not there, and nothing behind the simulator, are no words about a document.
  const objects = named === undefined ? request.objects() : objectsFor(request, named.kind);
  const succeed: Item[] = [];
  const failed: Item[] = [];
  for (const sent of documentsIn(request.call, ecns.rules)) {
    const { name: asName = name, kind: asKind = kindText } = titleOf(sent);
    try {
      const written = await apply(objects, check(sent, named));
      succeed.push({ name: asName, kind: written.kind, yaml: yamlText(written), reason: "" });
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error;
      failed.push({ name: asName, kind: asKind, yaml: yamlText(sent), reason: messageOf(error) });
    }
  }
  return ok({ succeed, failed });
}

function titleOf(sent: unknown): { name?: string | undefined; kind?: string | undefined } {
  const { kind, metadata } = (sent ?? {}) as { kind?: string; metadata?: { name?: string } };
  return { kind, name: metadata?.name };
}

function check(sent: unknown, named: { kind: Kind; name: string } | undefined): Typed<Kind> {
  const parsed = document.safeParse(sent);
  if (!parsed.success) throw new Refusal(400, "the document has no apiVersion, kind and metadata.name");
  const manifest = parsed.data as Manifest;
  if (named !== undefined && manifest.kind !== named.kind) throw new Refusal(400, `the document is no ${named.kind}`);
  if (named !== undefined && manifest.metadata.name !== named.name) {
    throw new Refusal(400, `the document's name is not ${named.name}`);
  }
  const { apiVersion } = RESOURCE_TYPES[kindOf(manifest.kind)];
  if (manifest.apiVersion !== apiVersion) throw new Refusal(400, `${manifest.kind} is of ${apiVersion}`);
  return manifest;
}

/** Of the 14 kinds, in any case. Throws 400. */
function kindOf(text: string): Kind {
  const kind = RAW_KINDS.find((one) => one.toLowerCase() === text.toLowerCase());
  if (kind === undefined) throw new Refusal(400, `must be one of ${RAW_KINDS.join(", ")}`, "kind");
  return kind;
}

/** What lies in no namespace is looked for in the cluster that `cluster_addr` names, else in the session's. */
function objectsFor(request: Request, kind: Kind): Objects {
  if (RESOURCE_TYPES[kind].namespaced || query(request.call, "cluster_addr") === undefined) return request.objects();
  const { name } = request.cluster("cluster_addr");
  return request.objectsAt({ cluster: name, namespace: "default" });
}
