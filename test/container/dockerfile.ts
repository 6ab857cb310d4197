/** One stage of a Dockerfile: what it does, and what it is started with. */
export interface Stage {
  name: string;
  workdir: string;
  env: Record<string, string>;
  steps: Step[];
  user: string | undefined;
  cmd: string[];
  healthcheck: string[];
}

export type Step =
  | { kind: "run"; command: string }
  | { kind: "copy"; from: string | undefined; paths: string[]; to: string };

/** Reads as much of a Dockerfile's language as ours uses, and throws for anything else. */
export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of text.split("\n").filter((one) => one.trim() && !one.startsWith("#"))) {
    const [word = "", rest = ""] = line.split(/ (.*)/s);
    if (word === "FROM") stages.push(aStage(rest.split(" AS ")[1] ?? "final"));
    else take(stages.at(-1), word, rest);
  }
  return stages;
}

function take(stage: Stage | undefined, word: string, rest: string): void {
  if (!stage) throw new Error(`Expected FROM before ${word}`);
  const list = () => JSON.parse(/\[.*\]$/s.exec(rest)?.[0] ?? "null") as string[];
  if (word === "WORKDIR") stage.workdir = rest;
  else if (word === "USER") stage.user = rest;
  else if (word === "RUN") stage.steps.push({ kind: "run", command: rest });
  else if (word === "COPY") stage.steps.push(copyStep(rest));
  else if (word === "CMD") stage.cmd = list();
  else if (word === "HEALTHCHECK") stage.healthcheck = list();
  else if (word === "ENV") Object.assign(stage.env, Object.fromEntries([rest.split(/=(.*)/s).slice(0, 2)]));
  else if (word !== "EXPOSE") throw new Error(`Expected a word that this reader knows, got ${word}`);
}

function copyStep(rest: string): Step {
  const [, from, paths = ""] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
  const words = paths.split(" ");
  return { kind: "copy", from, paths: words.slice(0, -1), to: words.at(-1) ?? "" };
}

function aStage(name: string): Stage {
  return { name, workdir: "/", env: {}, steps: [], user: undefined, cmd: [], healthcheck: [] };
}
