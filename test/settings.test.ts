import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLoopback, Settings } from "../src/settings.ts";

const secret = "s3cr3t-value";

describe("a text", () => {
  it.each([undefined, ""])("given as %o is not given", (value) => {
    const settings = new Settings({ NAME: value });

    expect([settings.text("NAME"), settings.has("NAME")]).toEqual([undefined, false]);
  });
});

describe("a secret", () => {
  let folder: string;
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "diligence-settings-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is taken as it is", () => {
    expect(new Settings({ KEY: secret }).secret("KEY")).toBe(secret);
  });

  it("is read from the file that _FILE names, without the line's end", () => {
    const settings = new Settings({ KEY_FILE: file("good", `${secret}\n`) });

    expect([settings.hasSecret("KEY"), settings.secret("KEY"), settings.problems]).toEqual([true, secret, []]);
  });

  it("is none when neither is given, and no problem", () => {
    const settings = new Settings({});

    expect([settings.has("KEY"), settings.secret("KEY"), settings.problems]).toEqual([false, undefined, []]);
  });

  it("is a problem when both are given", () => {
    const settings = new Settings({ KEY: secret, KEY_FILE: file("both", secret) });

    settings.secret("KEY");

    expect(settings.problems).toEqual(["KEY and KEY_FILE are both set: expected one of them"]);
  });

  it.each(["", "  \n"])("is a problem when the file holds %o", (content) => {
    const settings = new Settings({ KEY_FILE: file("empty", content) });

    expect(settings.secret("KEY")).toBeUndefined();
    expect(settings.problems).toEqual(["KEY_FILE: expected a file with the secret, got an empty one"]);
  });

  it.each(["missing", "."])("is a problem when the file can't be read: %s", (name) => {
    const settings = new Settings({ KEY_FILE: join(folder, name) });

    expect(settings.secret("KEY")).toBeUndefined();
    expect(settings.problems).toEqual(["KEY_FILE: expected a readable file, got none"]);
  });
});

describe("a whole number", () => {
  const read = (value: string | undefined) => {
    const settings = new Settings({ COUNT: value });
    return [settings.integer("COUNT", 7, { min: 5, max: 10 }), settings.problems];
  };

  it.each([undefined, ""])("is the default for %o", (value) => {
    expect(read(value)).toEqual([7, []]);
  });

  it.each(["5", "10", "007"])("is taken from its bounds on: %s", (value) => {
    expect(read(value)).toEqual([Number(value), []]);
  });

  it.each(["4", "11", "-7", "7.0", "7e0", "0x7", " 7", "7 ", "seven", "7s", "９"])("can't be %o", (value) => {
    expect(read(value)).toEqual([7, ["COUNT: expected a whole number from 5 to 10"]]);
  });
});

describe("a choice", () => {
  const read = (value: string | undefined) => {
    const settings = new Settings({ MODE: value });
    return [settings.oneOf("MODE", ["on", "off"]), settings.problems];
  };

  it("is one of the words, or not made", () => {
    expect([read("on"), read("off"), read(undefined), read("")]).toEqual([
      ["on", []],
      ["off", []],
      [undefined, []],
      [undefined, []],
    ]);
  });

  it.each(["On", "of", "true"])("can't be %o", (value) => {
    expect(read(value)).toEqual([undefined, ["MODE: expected on or off"]]);
  });
});

describe("an origin", () => {
  const read = (value: string) => {
    const settings = new Settings({ URL: value });
    return [settings.origin("URL"), settings.problems];
  };

  it.each([
    ["https://api.example.com", "https://api.example.com"],
    ["https://api.example.com/", "https://api.example.com"],
    ["https://API.example.com:8443", "https://api.example.com:8443"],
    ["https://api.example.com:443", "https://api.example.com"],
    ["http://localhost:4101", "http://localhost:4101"],
    ["http://127.0.0.1:4101", "http://127.0.0.1:4101"],
    ["http://[::1]:4101", "http://[::1]:4101"],
  ])("is taken from %s", (value, origin) => {
    expect(read(value)).toEqual([origin, []]);
  });

  it.each(["api.example.com", "ftp://api.example.com", "//api.example.com", "https://", "file:///etc/passwd"])(
    "can't be %s",
    (value) => {
      expect(read(value)).toEqual([undefined, ["URL: expected an origin such as https://api.example.com"]]);
    },
  );

  it.each(["https://user@api.example.com", `https://user:${secret}@api.example.com`, `https://:${secret}@a.example`])(
    "can't hold credentials: %s",
    (value) => {
      expect(read(value)).toEqual([undefined, ["URL: expected an origin such as https://api.example.com"]]);
    },
  );

  it.each(["https://api.example.com/v2", `https://api.example.com/?key=${secret}`, "https://api.example.com/#top"])(
    "can't have a path or more: %s",
    (value) => {
      expect(read(value)).toEqual([
        undefined,
        ["URL: expected an origin without a path, for the client adds the path itself"],
      ]);
    },
  );

  it.each([
    "http://api.example.com",
    "http://10.0.0.1",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
  ])("can't be http beyond loopback: %s", (value) => {
    expect(read(value)).toEqual([undefined, ["URL: expected https, for http is accepted on loopback only"]]);
  });
});

describe("a loopback host", () => {
  it.each(["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])("is %s", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "my-localhost",
    "1127.0.0.1",
  ])("is not %s", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
