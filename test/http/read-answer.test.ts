import { describe, expect, it, onTestFinished, vi } from "vitest";
import { judgeReadAnswer } from "../../src/http/read-answer.ts";

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html" };

describe("an odd answer to a read", () => {
  it.each([
    ["204", 204, {}, "", "no-content"],
    ["an empty body", 200, json, "", "empty"],
    ["blanks only", 200, json, " \n", "empty"],
    ["a web page with 200", 200, html, "<!doctype html>", "html"],
    ["a web page with 404", 404, html, "<!doctype html>", "html"],
    ["a web page that calls itself JSON", 200, json, "<html>", "html"],
    ["JSON that calls itself text", 200, { "content-type": "text/plain" }, "{}", "content-type"],
    ["cut JSON", 200, json, '{"id": 65', "truncated-json"],
    ["a list", 200, json, "[]", "not-an-object"],
    ["a redirect", 302, {}, "", "redirect"],
  ])("is malformed, and counted by its kind: %s", (_what, status, headers, text, odd) => {
    expect(judgeReadAnswer(status, headers, text)).toMatchObject({ failure: { kind: "malformed", status }, odd });
  });

  it.each([
    ["a failure", 500],
    ["a rate limit", 429],
    ["a refused key", 401],
    ["a plain refusal", 422],
  ])("is not what %s is", (_what, status) => {
    expect(judgeReadAnswer(status, json, "{}")).not.toHaveProperty("odd");
  });
});

describe("a good answer to a read", () => {
  it("is parsed once", () => {
    const parsing = vi.spyOn(JSON, "parse");
    onTestFinished(() => parsing.mockRestore());

    expect(judgeReadAnswer(200, json, '{"id": 6510}')).toEqual({ outcome: "ok", json: { id: 6510 } });
    expect(parsing).toHaveBeenCalledTimes(1);
  });
});
