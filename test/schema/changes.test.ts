import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changesBetween } from "./changes.ts";

const sdl = readFileSync("schema/diligence.graphql", "utf8");
const changed = (from: string, to: string) => {
  if (!sdl.includes(from)) throw new Error(`Expected the SDL to have ${from}`);
  return sdl.replace(from, to);
};
const nameField = 'name: String @requiresScopes(scopes: [["company:read"]])';

const withoutName = changed(
  `  """The company's name; null when neither record nor report tells."""\n  ${nameField}\n`,
  "",
);

describe("a change of the SDL", () => {
  it("is none where nothing changed", async () => {
    expect(await changesBetween(sdl, sdl)).toEqual({ breaking: [], dangerous: [] });
  });

  it.each([
    ["a field is gone", withoutName],
    ["a type is another one", changed("consent: Boolean", "consent: String")],
    ["what was never null may be", changed("hasNextPage: Boolean!", "hasNextPage: Boolean")],
    ["an enum's value is gone", changed('  """What a person owns."""\n  ASSETS\n', "")],
    ["an input asks for more", changed("  note: String!\n", '  note: String!\n  """More."""\n  more: String!\n')],
    ["a scope is another one", changed(nameField, nameField.replace(":read", ":look-at"))],
    [
      "a scope is asked for anew",
      changed(
        "directors: [CompanyDirector!]!",
        'directors: [CompanyDirector!]! @requiresScopes(scopes: [["company:read"]])',
      ),
    ],
    ["an entity has no key any more", changed('type Company @key(fields: "id")', "type Company")],
    ["PageInfo is not shareable any more", changed("type PageInfo @shareable", "type PageInfo")],
  ])("breaks clients or the supergraph where %s", async (_, after) => {
    expect((await changesBetween(sdl, after)).breaking).not.toEqual([]);
  });

  it.each([
    [
      "a new field",
      changed(
        `  ${nameField}\n`,
        `  ${nameField}\n  """More."""\n  more: String @requiresScopes(scopes: [["company:read"]])\n`,
      ),
    ],
    ["a description", changed('"""A director in a company report."""', '"""A director."""')],
    ["a tag", changed("hasNextPage: Boolean!", 'hasNextPage: Boolean! @tag(name: "x")')],
  ])("breaks nothing where it is %s", async (_, after) => {
    expect((await changesBetween(sdl, after)).breaking).toEqual([]);
  });

  it("is worth a look where an enum has a new value", async () => {
    const after = changed("  ASSETS\n", '  ASSETS\n  """More."""\n  MORE\n');

    expect(await changesBetween(sdl, after)).toEqual({ breaking: [], dangerous: [expect.stringContaining("MORE")] });
  });
});

describe("npm run schema:check", () => {
  let folder: string;
  // Nothing of whoever runs the tests: git's variables would point it at another repository.
  const env = { PATH: process.env.PATH };
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
  const git = (...command: string[]) => execFileSync("git", [...identity, ...command], { cwd: folder, env });
  const write = (text: string) => writeFileSync(join(folder, "schema/diligence.graphql"), text);
  const commit = (message: string) => git("commit", "--quiet", "--all", "--no-gpg-sign", `--message=${message}`);
  const check = (...options: string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [resolve("test/schema/check.ts"), ...options], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    return { status, stdout };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "diligence-schema-"));
    mkdirSync(join(folder, "schema"));
    write(sdl);
    git("init", "--quiet");
    git("add", ".");
    commit("The graph");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("passes what breaks nothing", () => {
    write(changed('"""A director in a company report."""', '"""A director."""'));

    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining("Nothing since HEAD breaks a client") });
  });

  it("fails for a breaking change, and passes one that is said outright", () => {
    write(withoutName);

    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining("BREAKING      Company.name") });
    expect(check("--breaking", "nobody asks for it").status).toBe(0);
  });

  it("takes a commit's message for it", () => {
    write(withoutName);
    commit("No names\n\nBreaking-Schema: nobody asks for them");

    expect(check("--base", "HEAD~1")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("nobody asks for them"),
    });
  });

  it("fails where the commit to compare with is not there", () => {
    expect(check("--base", "HEAD~9")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("Expected --base to name a commit of this clone, got HEAD~9."),
    });
  });
});
