// Images from a page (1.9): the upload of a `docker save` archive, and the login for a push.
import * as z from "zod";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { PUBLIC_VIP, pushTag, REGISTRY_DOMAIN, requireOwn, requireWritable } from "./registry.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { ok } from "./wire.ts";

const BLOCK = 512;

const form = z.object({
  harbor_project_name: z.string().min(1),
  image_name: z.string().optional(),
  tag_name: z.string().optional(),
});

export function uploadOperations(ecns: Ecns): Operations {
  return {
    35: async ({ call, effect }) => {
      const type = call.headers["content-type"] ?? "";
      // A view of its own bytes: a Buffer may share its memory with others.
      const parts = await new Response(new Uint8Array(call.body), { headers: { "content-type": type } })
        .formData()
        .catch(() => {
          throw new Refusal(400, "the body is no multipart form");
        });
      const file = parts.get("image");
      if (file === null || typeof file === "string") throw new Refusal(400, "is wanted, as a file", "image");
      const texts = Object.fromEntries([...parts].filter(([, value]) => typeof value === "string" && value !== ""));
      const { harbor_project_name: workspace, ...wanted } = parseInput(form, texts);
      requireOwn(ecns, workspace);
      requireWritable(ecns);
      const inside = nameInArchive(Buffer.from(await file.arrayBuffer()));
      const image = wanted.image_name ?? inside?.image ?? file.name.replace(/\.(?:tar|tgz|tar\.gz)$/, "");
      const tag = wanted.tag_name ?? inside?.tag ?? "latest";
      pushTag(ecns, { repository: `${workspace}/${image}`, tag, sizeBytes: file.size });
      effect.mark();
      return ok();
    },
    36: () =>
      ok({
        username: "ecns-pusher",
        password: Buffer.from(`registry of ${ecns.rules.organisation.projectId}`).toString("base64"),
        harbor_domain: REGISTRY_DOMAIN,
        public_vip: PUBLIC_VIP,
      }),
  };
}

/** Of the first image that the archive's `manifest.json` names, without registry and path; undefined where there is none. */
function nameInArchive(tar: Buffer): { image: string; tag: string } | undefined {
  for (let at = 0; at + BLOCK <= tar.length;) {
    const name = text(tar, at, 100);
    const size = Number.parseInt(text(tar, at + 124, 12).trim() || "0", 8);
    if (name === "" || Number.isNaN(size)) return undefined;
    if (name === "manifest.json") return firstTag(tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

const manifest = z.array(z.object({ RepoTags: z.array(z.string()).nullable() }));

function firstTag(json: Buffer): { image: string; tag: string } | undefined {
  const named = manifest.safeParse(safeJson(json)).data?.[0]?.RepoTags?.[0];
  const match = /^(?:.*\/)?(?<image>[^/:]+):(?<tag>[^/:]+)$/.exec(named ?? "");
  const { image, tag } = match?.groups ?? {};
  return image === undefined || tag === undefined ? undefined : { image, tag };
}

function safeJson(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Up to the first zero byte. */
function text(tar: Buffer, from: number, length: number): string {
  return tar.toString("latin1", from, from + length).replace(/\0.*$/s, "");
}
