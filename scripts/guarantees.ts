// docs/guarantees.md: what the runtime guarantees, each with the tests that carry its number in their titles.
import { glob, readFile } from "node:fs/promises";
import path from "node:path";

/** What the runtime's tests are numbered by, R1 first: add to the end, never renumber. */
const GUARANTEES: readonly string[] = [
  "Many adds of a waiting key make one run, an add during a run exactly one more; a key never runs twice at once",
  "Delayed adds: the earliest wins, an immediate add makes a delayed key ready",
  "Priorities with FIFO inside one, and ageing, so that nothing starves",
  "Backoff per key from 1 s to 5 min with full jitter; success forgets it; Retry-After wins",
  "Shutdown: no new run starts, runs in flight get an abort signal and a grace period",
  "A result is done, again, or an error with its class; an exception is an error of that key alone",
  "A deadline per reconcile whose signal reaches every request",
  "WatchList first, else paged LIST; swapped in one step when complete",
  "Bookmarks, random watch time-outs, restart at the last version, 410 relists, backoff with jitter",
  "A half-open connection is noticed within 70 s",
  "A delete missed while away is delivered; delete and recreate in the gap is seen as such",
  "Objects are frozen and without managedFields; Secrets are watched by type",
  "Mapping functions see the old and the new object; a Secret or account reaches its users at once",
  "Workers start only with complete caches; a sync of over 2 min fails readiness and names the kind",
  "After a write the next reconcile of that key never sees less than it wrote",
  "The finalizer is persisted before the first cloud write and removed only after clean-up",
  "Status by merge patch through /status; an unchanged status is no request",
  "One pooled dispatcher, time-outs, server throttling honoured, tokens and CA re-read",
  "Lease timing by local monotonic time; a release is taken over within 2 s, a crash within lease + 5 s",
  "No write starts past the local deadline; a process that was stopped past its lease writes nothing",
  "A lost lease aborts everything and exits 1; without election an outage is survived in the process",
  "Start: HTTP, caches, election, controllers; stop in reverse; a second signal exits at once",
  "/healthz and /readyz with ?verbose; liveness fails when a reflector or the elector hangs",
  "Metrics under controller-runtime's names, at 0 from the start, and watch age and restarts",
  "Events once per change, in a series when repeated, never blocking, dropped with a counter",
];

const HEADER = `# What the runtime guarantees

Generated from the titles of tests by \`npm run generate\`. A test whose title begins with a number shows what stands there. What
the engine above the runtime keeps safe in a cloud is in [protocol](protocol.md).
`;

/** The file's text. Throws where a guarantee has no test. */
export async function renderGuarantees(root: string): Promise<string> {
  const tests = await numberedTests(root);
  const sections = GUARANTEES.map((text, index) => {
    const number = `R${index + 1}`;
    const shown = tests.filter((test) => test.number === number);
    if (shown.length === 0) throw new Error(`No test shows guarantee ${number}: ${text}`);
    const lines = shown.map(({ file, title }) => `- ${title} ([${path.basename(file)}](../${file}))`);
    return `## ${number}. ${text}\n\n${lines.join("\n")}\n`;
  });
  return [HEADER, ...sections].join("\n");
}

async function numberedTests(root: string): Promise<{ number: string; title: string; file: string }[]> {
  const files = await Array.fromAsync(glob("{src,test,controlplane}/**/*.test.ts", { cwd: root }));
  const found = await Promise.all(
    files.sort().map(async (file) => {
      const text = await readFile(path.join(root, file), "utf8");
      return [...text.matchAll(/\b(?:it|test)(?:\.\w+(?:\([^)]*\))?)*\(\s*["'`](R\d+)(?:, R\d+)*: (.+?)["'`],/g)].map(
        ([, number = "", title = ""]) => ({ number, title, file }),
      );
    }),
  );
  return found.flat();
}
