import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { changesBetween } from "./changes.ts";

/**
 * `npm run schema:check`: whether `schema/diligence.graphql` breaks what stands at a commit; `-- --base <commit>` says which,
 * the last one by default. A breaking change passes only where it is said outright: by `-- --breaking "<why>"`, or by a line
 * `Breaking-Schema: <why>` in the message of a commit since then.
 */
const { values } = parseArgs({ options: { base: { type: "string", default: "HEAD" }, breaking: { type: "string" } } });
const file = "schema/diligence.graphql";

const committed = find("show", `${values.base}:${file}`);
if (committed !== null) await compare(committed);
else if (find("rev-parse", "--verify", `${values.base}^{commit}`) !== null) {
  print(`${values.base} has no ${file}: there is nothing to compare with.`);
} else {
  print(`Expected --base to name a commit of this clone, got ${values.base}.`);
  process.exitCode = 1;
}

async function compare(before: string): Promise<void> {
  const { breaking, dangerous } = await changesBetween(before, readFileSync(file, "utf8"));
  for (const line of dangerous) print(`worth a look  ${line}`);
  for (const line of breaking) print(`BREAKING      ${line}`);
  if (breaking.length === 0) return print(`Nothing since ${values.base} breaks a client.`);

  const said =
    values.breaking ?? find("log", "--format=%B", `${values.base}..HEAD`)?.match(/^Breaking-Schema: *(\S.*)$/m)?.[1];
  if (said) return print(`Said outright: ${said}`);
  print('Say why outright: a line `Breaking-Schema: <why>` in the commit\'s message, or -- --breaking "<why>".');
  process.exitCode = 1;
}

function find(...command: string[]): string | null {
  try {
    return execFileSync("git", command, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64_000_000,
    });
  } catch {
    return null;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
