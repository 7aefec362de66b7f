// The resources as a table that is pleasant to watch: pure text from what kubectl returned.
import { styleText } from "node:util";

export interface Row {
  readonly kind: string;
  readonly key: string;
  readonly ready: boolean;
  readonly stalled: boolean;
  readonly reason: string;
  readonly message: string;
}

interface Listed {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[];
  };
}

/** From the items of `kubectl get yunfan -A -o json`. */
export function rowsOf(items: readonly Listed[]): Row[] {
  return items.map(({ kind, metadata, status }) => {
    const conditions = status?.conditions ?? [];
    const isTrue = (type: string): boolean =>
      conditions.some((condition) => condition.type === type && condition.status === "True");
    const { reason, message } = conditions.find(({ type }) => type === "Ready") ?? { reason: "Waiting", message: "" };
    const key = `${metadata.namespace}/${metadata.name}`;
    return { kind, key, ready: isTrue("Ready"), stalled: isTrue("Stalled"), reason, message };
  });
}

export function allReady(rows: readonly Row[], expected: number): boolean {
  return rows.length >= expected && rows.every(({ ready }) => ready);
}

/** One line per resource, columns aligned. */
export function renderTable(rows: readonly Row[], elapsedSeconds: number): string {
  const kindWidth = widest(rows.map(({ kind }) => kind));
  const keyWidth = widest(rows.map(({ key }) => key));
  const lines = rows.map((row) => {
    const mark = markOf(row);
    return ` ${mark} ${row.kind.padEnd(kindWidth)}  ${row.key.padEnd(keyWidth)}  ${row.reason.padEnd(20)} ${row.message}`;
  });
  const done = rows.filter(({ ready }) => ready).length;
  return [...lines, ` ${done} of ${rows.length} Ready after ${elapsedSeconds} s`].join("\n");
}

function markOf({ ready, stalled }: Row): string {
  if (ready) return styleText("green", "✔");
  return stalled ? styleText("red", "✘") : styleText("yellow", "…");
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
