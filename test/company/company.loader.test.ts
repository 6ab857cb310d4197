import { describe, expect, it } from "vitest";
import { createCompanyLoader } from "../../src/company/company.loader.ts";
import type { Company } from "../../src/company/company.type.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { aCompany } from "../support/entities.ts";
import { companiesOf } from "../support/sources.ts";

describe("company loader", () => {
  it("asks once for each distinct id, and answers in the order asked", async () => {
    const credas = new CredasKnowing({ "1": aCompany({ id: "1" }), "2": aCompany({ id: "2" }) });
    const loader = createCompanyLoader(companiesOf(credas));

    const companies = await loader.loadMany(["2", "1", "3", "2"]);
    await loader.load("1");

    expect(companies).toEqual([aCompany({ id: "2" }), aCompany({ id: "1" }), null, aCompany({ id: "2" })]);
    expect(credas.asked).toEqual(["2", "1", "3"]);
  });

  it("fails only the company whose lookup failed", async () => {
    const failure = new ProviderError({ provider: "CREDAS", kind: "timeout", message: "no answer in time" });
    const loader = createCompanyLoader(companiesOf(new CredasKnowing({ "1": aCompany({ id: "1" }), "2": failure })));

    const [one, two, three] = await loader.loadMany(["1", "2", "3"]);

    expect(one).toEqual(aCompany({ id: "1" }));
    expect(two).toBe(failure);
    expect(three).toBeNull();
  });

  it("fails only the company whose lookup throws at once", async () => {
    const findCompany = (id: string) => {
      if (id === "2") throw new TypeError("thrown at once");
      return Promise.resolve(aCompany({ id }));
    };
    const loader = createCompanyLoader(companiesOf({ findCompany }));

    const [one, two] = await loader.loadMany(["1", "2"]);

    expect(one).toEqual(aCompany({ id: "1" }));
    expect(two).toEqual(new TypeError("thrown at once"));
  });

  it.each([
    "06510",
    "6510.0",
    "0",
    "-1",
    "+1",
    "",
    " 6510",
    "6510\n",
    "6e3",
    "0x10",
    "٦",
    "9007199254740992",
    "../../admin",
    ".",
    "..",
  ])("finds no company %j, without a call", async (id) => {
    const credas = new CredasKnowing({});

    expect(await createCompanyLoader(companiesOf(credas)).load(id)).toBeNull();
    expect(credas.asked).toEqual([]);
  });

  it.each(["1", "6510", "9007199254740991"])("asks for the company %j", async (id) => {
    const credas = new CredasKnowing({});

    await createCompanyLoader(companiesOf(credas)).load(id);

    expect(credas.asked).toEqual([id]);
  });
});

class CredasKnowing {
  readonly asked: string[] = [];

  constructor(private readonly known: Record<string, Company | Error>) {}

  async findCompany(id: string): Promise<Company | null> {
    this.asked.push(id);
    const found = this.known[id] ?? null;
    if (found instanceof Error) throw found;
    return found;
  }
}
