import { describe, expect, it } from "vitest";
import { claimsJson, isHtml, retryAfterSeconds } from "../../src/http/answer.ts";

const noon = Date.UTC(2030, 0, 15, 12);

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["7", 7],
    ["Tue, 15 Jan 2030 12:01:30 GMT", 90],
    ["Tue, 15 Jan 2030 11:59:00 GMT", 0],
  ])("%j is %i seconds at noon", (header, seconds) => {
    expect(retryAfterSeconds({ "retry-after": header }, noon)).toBe(seconds);
  });

  it.each(["", "soon", "-5", "1.5", "12345678901"])("%j tells nothing", (header) => {
    expect(retryAfterSeconds({ "retry-after": header }, noon)).toBeUndefined();
  });

  it("tells nothing where it is missing", () => {
    expect(retryAfterSeconds({}, noon)).toBeUndefined();
  });
});

describe("a web page", () => {
  it.each([
    ["text/html; charset=utf-8", "anything"],
    ["application/xhtml+xml, TEXT/HTML", ""],
    ["application/json", "<!DOCTYPE html><p>"],
    ["application/json", "\n  <html lang='en'>"],
    ["", "<BODY>"],
    ["application/json", '\ufeff<?xml version="1.0"?> <!-- a proxy -->\n<html>'],
    ["application/json", `${"<!-- a proxy -->\n".repeat(1_000)}<html>`],
  ])("is known by %j and %j", (contentType, text) => {
    expect(isHtml({ "content-type": contentType }, text)).toBe(true);
  });

  it.each([
    ["application/json", '{"note": "<html>"}'],
    ["text/plain", "html"],
    ["application/json", ""],
  ])("is not made by %j and %j", (contentType, text) => {
    expect(isHtml({ "content-type": contentType }, text)).toBe(false);
  });
});

describe("an answer that calls itself JSON", () => {
  it.each([
    [{}, true],
    [{ "content-type": "application/json; charset=utf-8" }, true],
    [{ "content-type": "application/problem+json" }, true],
    [{ "content-type": ["application/json", "text/plain"] }, true],
    [{ "content-type": "text/plain" }, false],
    [{ "content-type": "application/pdf" }, false],
  ])("%j: %s", (headers, expected) => {
    expect(claimsJson(headers)).toBe(expected);
  });
});

describe("an answer that begins as a page may and then is none", () => {
  // A pattern that tries every way to divide them would take longer than the world will stand.
  it.each([
    ["comments", "<!---->".repeat(5_000)],
    ["byte order marks", "\ufeff".repeat(5_000)],
    ["both, and blanks", "<!---->\ufeff \n".repeat(5_000)],
    ["comments that end late", `${"<!--".repeat(5_000)}-->`],
    ["a comment that does not end", "<!--".repeat(5_000)],
  ])("is told to be none, however many %s it has", (_, text) => {
    expect(isHtml({ "content-type": "application/json" }, `${text}{`)).toBe(false);
  });
});
