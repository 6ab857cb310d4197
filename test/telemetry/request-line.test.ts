import { describe, expect, it } from "vitest";
import { createLog } from "../../src/telemetry/log.ts";

const request = {
  requestId: "3fa85f64-5717-4562-b3fc-2c963f66afa6",
  method: "POST",
  route: "/graphql",
  status: 200,
  ms: 3,
};

function lines(level: string, write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  write(createLog(level, { write: (line: string) => void written.push(line) }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the line for a request", () => {
  it("is the logger's own, member by member in its order", () => {
    const [own, ours] = lines("info", (log) => {
      log.info(request, "request");
      log.answered(request);
    });

    expect(Object.entries({ ...ours, time: 0 })).toEqual(Object.entries({ ...own, time: 0 }));
    expect(Math.abs(Number(ours?.time) - Date.now())).toBeLessThan(10_000);
  });

  it("stays one line of JSON whatever a method or a route is called", () => {
    const odd = { ...request, method: 'A "B"\n', route: "$& $1 <route>" };

    expect(lines("info", (log) => log.answered(odd))).toMatchObject([odd]);
  });

  it("is left out where such lines are", () => {
    expect(lines("warn", (log) => log.answered(request))).toEqual([]);
  });
});
