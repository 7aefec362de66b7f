// A page of the documents as a terminal sees it: its shell blocks run as they are written, in one shell after the other, and what
// it promises to be shown is compared with what was.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parsePage, type CodeBlock } from "../../scripts/markdown.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** A shell block, and the output that the page shows right after it. */
export interface Step {
  readonly commands: string;
  readonly promised: string | undefined;
  readonly section: string;
}

export interface Shown {
  readonly output: string;
  readonly promised: string;
}

/** The shell blocks of a page, in order. */
export async function stepsOf(file: string): Promise<Step[]> {
  const { blocks } = parsePage(await readFile(path.join(ROOT, file), "utf8"));
  return blocks.flatMap((block, index) => (block.language === "sh" ? [stepOf(block, blocks[index + 1])] : []));
}

function stepOf({ text, section }: CodeBlock, next: CodeBlock | undefined): Step {
  const promised = next?.language === "text" && next.section === section ? next.text : undefined;
  return { commands: text, promised, section };
}

interface Terminal {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const END = "---- end of a block ----";

/** All steps in one shell that ends at the first command that fails; rejects with what that said. */
export function runSteps(steps: readonly Step[], { cwd, env }: Terminal): Promise<Shown[]> {
  const script = steps.map(({ commands }) => `${commands}\nprintf '\\n%s\\n' '${END}'`).join("\n");
  return new Promise((resolve, reject) => {
    execFile("bash", ["-eu", "-o", "pipefail", "-c", script], { cwd, env }, (error, stdout, stderr) => {
      const outputs = stdout.split(END);
      if (error) reject(new Error(`${steps[outputs.length - 1]?.commands}\n${outputs.at(-1)}\n${stderr}`));
      else resolve(steps.map(({ promised = "" }, index) => ({ promised, output: outputs[index] ?? "" })));
    });
  });
}

/** The promised lines that were not shown, in order; lines of "..." stand for any. What differs from run to run is alike. */
export function brokenPromises({ promised, output }: Shown): string[] {
  const shown = linesOf(output);
  let from = 0;
  return linesOf(promised).filter((line) => {
    if (line === "...") return false;
    const at = shown.indexOf(line, from);
    if (at === -1) return true;
    from = at + 1;
    return false;
  });
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => alike(line).trim())
    .filter((line) => line !== "");
}

/** Ages, ports and the ids that a cloud draws by lot; kubectl from 1.34 on says from which namespace it deleted. */
function alike(line: string): string {
  return line
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/\b(\d+h)?(\d+m)?\d+s\b/g, "AGE")
    .replace(/ deleted from \S+ namespace$/, " deleted")
    .replaceAll(/\s+/g, " ");
}
