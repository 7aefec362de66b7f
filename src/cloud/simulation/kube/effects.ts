// Requests that a simulator hands on to the API server behind it, and whether they changed anything there.
import { parseExactly } from "../exact-json.ts";
import type { ApiAnswer, ApiRequest, ApiServer } from "./api-server.ts";

export interface Handed extends ApiAnswer {
  /** It was accepted, and the object is there now, gone, or in another version than before. */
  readonly effect: boolean;
}

/** `object`: where what is changed can be read; undefined where a collection is. Throws as {@link ApiServer.exchange} does. */
export async function handOn(api: ApiServer, request: ApiRequest, object?: string): Promise<Handed> {
  if (request.method === "GET") return { ...(await api.exchange(request)), effect: false };
  const before = object === undefined ? undefined : await versionAt(api, object);
  const answer = await api.exchange(request);
  if (answer.status >= 300) return { ...answer, effect: false };
  return { ...answer, effect: object === undefined || (await versionAt(api, object)) !== before };
}

/** Empty where there is none. */
async function versionAt(api: ApiServer, path: string): Promise<string> {
  const { status, text } = await api.exchange({ method: "GET", path });
  if (status >= 300) return "";
  const { metadata = {} } = parseExactly(text) as { metadata?: { uid?: string; resourceVersion?: string } };
  return `${metadata.uid} ${metadata.resourceVersion}`;
}
