// The checks of the documents find what is wrong: broken links, files that are not there, reasons without a row, translations that lag,
// promises not kept.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldsOf, rulesOfWhole } from "../../scripts/fields.ts";
import { withReference } from "../../scripts/kinds.ts";
import { brokenLinks } from "../../scripts/links.ts";
import { parsePage } from "../../scripts/markdown.ts";
import { danglingPaths } from "../../scripts/paths.ts";
import { reasonFaults } from "../../scripts/reasons.ts";
import { translationFaults } from "../../scripts/translations.ts";
import { brokenPromises } from "./shell.ts";

describe("Links", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "yunfan-links-"));
    await mkdir(path.join(root, "docs"));
    await writeFile(path.join(root, "LICENSE"), "");
  });
  afterAll(() => rm(root, { recursive: true }));

  const faultsOf = async (link: string): Promise<string[]> => {
    const page = `# A page\n\n## Twice\n\n## Twice\n\n## 两个 \`code\`\n\n| a |\n|---|\n| [here](${link}) |\n`;
    await writeFile(path.join(root, "docs/page.md"), page);
    return brokenLinks(root, new Map([["docs/page.md", parsePage(page)]]));
  };

  it.each(["page.md", "../LICENSE", ".", "#twice-1", "page.md#a-page", "#两个-code", "https://example.com/a#b"])(
    "%s leads somewhere",
    async (link) => {
      expect(await faultsOf(link)).toEqual([]);
    },
  );

  it.each([
    ["nowhere.md", "there is no such file"],
    ["#thrice", "the page has no such heading"],
    ["page.md#twice-2", "the page has no such heading"],
    ["../LICENSE#a", "only a Markdown page has anchors"],
    ["../../outside.md", "it leaves the repository"],
    ["/docs/page.md", "a link starts from its own page, not from the top"],
    ["http://example.com", "it is no https address"],
    ["https://", "it is no https address"],
  ])("%s does not, and its line is named", async (link, fault) => {
    expect(await faultsOf(link)).toEqual([`docs/page.md:11: ${link}: ${fault}`]);
  });

  it("a link in a code block is none", () => {
    expect(parsePage("```sh\n[a](b)\n```\n\n`[a](b)`\n").links).toEqual([]);
  });
});

describe("Paths", () => {
  const rules = "# Rules\n\n## Looking\n";
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "yunfan-paths-"));
    await mkdir(path.join(root, "docs"));
    await mkdir(path.join(root, "src/controllers/external"), { recursive: true });
    await mkdir(path.join(root, "src/cloud/one/simulator"), { recursive: true });
    await writeFile(path.join(root, "docs/rules.md"), rules);
    await writeFile(path.join(root, "src/controllers/external/kind.ts"), "");
    await writeFile(path.join(root, "src/cloud/one/errors.ts"), "");
  });
  afterAll(() => rm(root, { recursive: true }));

  const faultsOf = async (file: string, text: string): Promise<string[]> => {
    await writeFile(path.join(root, file), text);
    const faults = await danglingPaths(root, new Map([["docs/rules.md", parsePage(rules)]]));
    await rm(path.join(root, file));
    return faults;
  };

  it.each([
    "docs/rules.md",
    "docs/rules.md#looking",
    "src/controllers/external/",
    "src/cloud/<name>/errors.ts.",
    "src/cloud/{one,two}/errors.ts",
    "src/cloud/*/simulator",
    "external/kind.ts",
    "https://example.com/docs/gone.md",
    "@example/src/gone.ts",
  ])("%s is there, or is none of ours", async (cited) => {
    expect(await faultsOf("docs/page.md", `# A page\n\nSee \`${cited}\`.\n`)).toEqual([]);
    expect(await faultsOf("src/cloud/one/index.ts", `// See ${cited}\nexport {};\n`)).toEqual([]);
  });

  it.each([
    ["docs/gone.md", "there is no such file"],
    ["src/cloud/<name>/gone.ts", "there is no such file"],
    ["external/gone.ts", "there is no such file"],
    ["docs/rules.md#hearing", "the page has no such heading"],
  ])("%s is not, and its line is named, in a document and in a comment", async (cited, fault) => {
    expect(await faultsOf("docs/page.md", `# A page\n\nSee \`${cited}\`.\n`)).toEqual([
      `docs/page.md:3: ${cited}: ${fault}`,
    ]);
    const code = `const text = "${cited}";\n/**\n * See ${cited}, and more.\n */\nexport { text }; // ${cited}\n`;
    expect(await faultsOf("src/cloud/one/index.ts", code)).toEqual([
      `src/cloud/one/index.ts:3: ${cited}: ${fault}`,
      `src/cloud/one/index.ts:5: ${cited}: ${fault}`,
    ]);
    expect(await faultsOf("docs/page.yaml", `a: ${cited}\n# ${cited}\n`)).toEqual([
      `docs/page.yaml:2: ${cited}: ${fault}`,
    ]);
  });

  it("of a file beside it, or above it, a comment may give the name alone", async () => {
    expect(await faultsOf("src/cloud/one/simulator/index.ts", "// errors.ts\n")).toEqual([]);
    expect(await faultsOf("src/cloud/one/simulator/index.ts", "// kind.ts\n")).toHaveLength(1);
  });
});

describe("Reasons", () => {
  const vocabulary = {
    common: ["Creating", "Paused"],
    kinds: [{ kind: "Thing", conditions: ["Ready"], reasons: ["Creating", "Paused", "Available"] }],
  };
  const page = (everyKind: string, thing: string): ReturnType<typeof parsePage> =>
    parsePage(`## Every kind\n\n| reason |\n|---|\n| ${everyKind} |\n\n## Thing\n\n| reason |\n|---|\n| ${thing} |\n`);

  it("each has a row in its section; a kind may explain a common one again", () => {
    expect(reasonFaults(vocabulary, page("`Creating`, `Paused`", "`Available`, `Creating`"))).toEqual([]);
  });

  it("one that is missing, misplaced or unknown is found", () => {
    expect(reasonFaults(vocabulary, page("`Creating`, `Available`", "`Gone`"))).toEqual([
      'section "Every kind" lacks a row for the reason Paused',
      'section "Every kind" explains Available, which no code has',
      'section "Thing" lacks a row for the reason Available',
      'section "Thing" explains Gone, which no code has',
    ]);
  });
});

describe("Translations", () => {
  const original = parsePage("# A\n\n## B\n\n[x](docs/x.md)\n\n```sh\nrun   # now\n```\n");
  const translated = (code: string, rest = "[叉](docs/x.md)"): ReturnType<typeof parsePage> =>
    parsePage(`# 甲\n\n[English](README.md)\n\n## 乙\n\n${rest}\n\n\`\`\`sh\n${code}\n\`\`\`\n`);

  it("the same headings, code but for comments, and links", () => {
    expect(translationFaults(original, translated("run   # 现在"))).toEqual([]);
  });

  it("what differs is named", () => {
    expect(translationFaults(original, translated("walk"))).toEqual([
      String.raw`code differ from the original: "sh\nwalk\n" where that has "sh\nrun\n"`,
    ]);
    expect(translationFaults(original, translated("run", "### 丙"))).toEqual([
      'headings differ from the original: "###" where that has nothing',
      'links differ from the original: nothing where that has "docs/x.md"',
    ]);
  });
});

describe("Promises", () => {
  it("ages, ports, ids and the width of columns may differ, the rest may not", () => {
    const promised = "NAME  URL                     AGE\na     http://127.0.0.1:80  4s\n";
    const output = "NAME   URL   AGE\nb   c   1s\na   http://127.0.0.1:4711   2m3s\n";
    expect(brokenPromises({ promised, output })).toEqual([]);
    expect(brokenPromises({ promised, output: output.replace("a  ", "d  ") })).toEqual(["a http://127.0.0.1:PORT AGE"]);
  });

  it("lines in another order break one", () => {
    expect(brokenPromises({ promised: "one\n...\ntwo\n", output: "two\none\n" })).toEqual(["two"]);
  });
});

describe("The reference of a kind", () => {
  it("replaces what is between the marks and nothing else", () => {
    const page = withReference("# Thing\n\nBy hand.\n", "first");
    const next = withReference(page.replace("By hand.", "By another hand.") + "\nBelow.\n", "second");
    expect(next).toBe(page.replace("By hand.", "By another hand.").replace("first", "second") + "\nBelow.\n");
  });

  it("a page that lost one of the marks is refused, not overwritten", () => {
    const [begin = ""] = withReference("", "x").trim().split("\n");
    expect(() => withReference(`# Thing\n\n${begin}\n`, "x")).toThrow("needs both marks");
  });

  it("shows rules on the field that they blame, and changes as such", () => {
    const rule = { rule: "self.a == oldSelf.a", message: "a is immutable", fieldPath: ".a" };
    const schema = {
      type: "object",
      required: ["a"],
      properties: {
        a: { type: "string", maxLength: 5 },
        b: {
          type: "array",
          items: { type: "string", "x-kubernetes-validations": [{ rule: "self != ''", message: "never empty" }] },
        },
      },
      "x-kubernetes-validations": [rule, { rule: "true", message: "one of both" }],
    };
    expect(fieldsOf(schema).map(({ path: name, isRequired, constraints }) => [name, isRequired, constraints])).toEqual([
      ["a", true, ["at most 5 characters", "**on change:** a is immutable"]],
      ["b", false, ["never empty"]],
    ]);
    expect(rulesOfWhole(schema)).toEqual(["one of both"]);
  });
});
