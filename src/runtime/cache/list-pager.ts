// A complete, consistent list of a collection, read page by page.
import type { KubeClient } from "../../kube/client.ts";
import { isGone } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { WatchTarget } from "./watch-stream.ts";

export const PAGE_SIZE = 500;

interface ListRequest<T> {
  readonly target: WatchTarget;
  readonly signal: AbortSignal;
  /** What of an object is to be held while more of them come, such as Store.keep. */
  readonly keep: (object: T) => T;
  /** Called after each page. */
  readonly onPage: () => void;
}

export interface CompleteList<T> {
  readonly objects: T[];
  readonly resourceVersion: string;
}

/**
 * The objects as of one version, not older than the call. When the server forgets that version between two pages, it starts anew
 * and asks for everything at once. Errors as KubeClient.list.
 */
export async function listAll<T extends KubeObject>(
  client: Pick<KubeClient, "list">,
  request: ListRequest<T>,
): Promise<CompleteList<T>> {
  const { target, signal, keep, onPage } = request;
  const { type, namespace, labelSelector, fieldSelector, metadataOnly } = target;
  const selection = { namespace, labelSelector, fieldSelector, metadataOnly, signal };
  const objects: T[] = [];
  let limit: number | undefined = PAGE_SIZE;
  let next: string | undefined;
  for (;;) {
    try {
      const { items, metadata } = await client.list<T>(type, { ...selection, limit, continue: next });
      onPage();
      for (const item of items) objects.push(keep(item));
      if (!metadata.continue) return { objects, resourceVersion: metadata.resourceVersion };
      next = metadata.continue;
    } catch (error) {
      if (next === undefined || !isGone(error)) throw error;
      objects.length = 0;
      [limit, next] = [undefined, undefined];
    }
  }
}
