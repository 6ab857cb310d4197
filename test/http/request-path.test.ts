import { describe, expect, it } from "vitest";
import { isPathSegment, path } from "../../src/http/request-path.ts";

describe("request path", () => {
  it.each([
    ["../../admin?x=", "..%2F..%2Fadmin%3Fx%3D"],
    ["a/b\\c", "a%2Fb%5Cc"],
    ["%2e%2e", "%252e%252e"],
    ["...", "..."],
    ["a#b c\r\n", "a%23b%20c%0D%0A"],
    ["zoë", "zo%C3%AB"],
  ])("keeps %j one segment", (id, segment) => {
    const { encoded } = path`/things/${id}/part`;

    expect(encoded).toBe(`/things/${segment}/part`);
    expect(new URL(encoded, "http://provider.example.com").pathname).toBe(`/things/${segment}/part`);
  });

  it.each(["", ".", "..", "\ud800"])("refuses %j, which no encoding keeps in its place", (id) => {
    expect(() => path`/things/${id}/part`).toThrow(TypeError);
    expect(isPathSegment(id)).toBe(false);
  });

  it("names the endpoint without the ids", () => {
    const { template } = path`/things/${"1"}/parts/${"2"}`;

    expect(template).toBe("/things/{id}/parts/{id}");
  });
});
