// Lists in pages. What is beyond the last one the reference leaves open: an empty page, the last one again, or 404; each is the end.
import { CloudError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { readPages } from "../kit/lists.ts";
import type { QueryItem } from "../kit/uri.ts";

const SIZE = 100;

interface Read<T> {
  readonly read: (page: readonly QueryItem[]) => Promise<{ readonly value: readonly T[]; readonly answer: HttpAnswer }>;
  readonly keyOf: (entry: T) => unknown;
}

/** For `readPages`. */
export function pagesOf<T>({ read, keyOf }: Read<T>): Parameters<typeof readPages<T>>[1] {
  let latest: HttpAnswer | undefined;
  return {
    keyOf,
    repeatsLast: true,
    async read(page) {
      const query = [
        ["page", String(page)],
        ["page_size", String(SIZE)],
      ] as const;
      try {
        const answered = await read(query);
        latest = answered.answer;
        return answered;
      } catch (error) {
        if (latest === undefined || !isBeyondEnd(error)) throw error;
        return { value: [], answer: latest };
      }
    },
  };
}

/** The service's own 404 to a page that is not the first. */
function isBeyondEnd(error: unknown): boolean {
  return error instanceof CloudError && error.status === 404 && error.codes.includes("Not Found");
}
